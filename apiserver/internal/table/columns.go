package table

// printers are by group and kind.
var printers = map[string]*Printer{}
