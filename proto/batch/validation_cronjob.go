package batch

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/pilothouse/pilothouse/proto/field"
	"github.com/pilothouse/pilothouse/proto/meta"
)

// maxCronJobName leaves room for what is appended to name a job.
const maxCronJobName = 52

// ValidateCronJob checks a cron job that is created.
func ValidateCronJob(c *CronJob) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMeta(&r, &c.ObjectMeta, meta.Namespaced, meta.IsDNS1123Subdomain, metadataPath)
	checkCronJobSpec(&r, &c.Spec, nil)
	if len(c.Name) > maxCronJobName {
		r.Invalid(metadataPath.Child("name"), c.Name, "must be no more than 52 characters")
	}
	return r.Errors
}

// ValidateCronJobUpdate checks a change.
func ValidateCronJobUpdate(c, old *CronJob) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta, metadataPath)
	checkCronJobSpec(&r, &c.Spec, &old.Spec)
	return r.Errors
}

// checkCronJobSpec checks a spec; old is what it was, nil for a new one.
func checkCronJobSpec(r *field.Report, s, old *CronJobSpec) {
	p := specPath.Child("schedule")
	if s.Schedule == "" {
		r.Required(p, "")
	} else {
		checkSchedule(r, s, old != nil && strings.Contains(old.Schedule, "TZ"), p)
	}
	nonNegative(r, s.StartingDeadlineSeconds, specPath.Child("startingDeadlineSeconds"))
	if old == nil || !meta.Equal(s.TimeZone, old.TimeZone) {
		checkTimeZone(r, s.TimeZone, specPath.Child("timeZone"))
	}
	field.OneOf(r, specPath.Child("concurrencyPolicy"), s.ConcurrencyPolicy, AllowConcurrent, ForbidConcurrent, ReplaceConcurrent)
	checkJobTemplate(r, &s.JobTemplate.Spec, specPath.Child("jobTemplate"))
	nonNegative(r, s.SuccessfulJobsHistoryLimit, specPath.Child("successfulJobsHistoryLimit"))
	nonNegative(r, s.FailedJobsHistoryLimit, specPath.Child("failedJobsHistoryLimit"))
}

// checkSchedule checks when jobs are started. A time zone inside the schedule
// is kept where it is already.
func checkSchedule(r *field.Report, s *CronJobSpec, zoneAllowed bool, p *field.Path) {
	if _, err := cron.ParseStandard(s.Schedule); err != nil {
		r.Invalid(p, s.Schedule, err.Error())
	}
	if !strings.Contains(s.Schedule, "TZ") {
		return
	}
	if zoneAllowed && s.TimeZone != nil {
		r.Invalid(p, s.Schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule")
	} else if !zoneAllowed {
		r.Invalid(p, s.Schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead")
	}
}

// timeZonePart is one part of the name of a time zone.
var timeZonePart = regexp.MustCompile(`^[A-Za-z._\-+0-9]{1,14}$`)

func checkTimeZone(r *field.Report, zone *string, p *field.Path) {
	switch {
	case zone == nil:
	case *zone == "":
		r.Invalid(p, *zone, "timeZone must be nil or non-empty string")
	case slices.ContainsFunc(strings.Split(*zone, "/"), func(part string) bool {
		return part == "." || part == ".." || strings.HasPrefix(part, "-") || !timeZonePart.MatchString(part)
	}):
		r.Invalid(p, *zone, "unknown time zone "+*zone)
	default:
		if strings.EqualFold(*zone, "Local") {
			r.Invalid(p, *zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones")
		}
		if _, err := time.LoadLocation(*zone); err != nil {
			r.Invalid(p, *zone, err.Error())
		}
	}
}

// checkJobTemplate checks the template of the jobs, which always select their
// own pods.
func checkJobTemplate(r *field.Report, s *JobSpec, p *field.Path) {
	checkJobSpec(r, s, p.Child("spec"))
	if s.Selector != nil {
		r.Invalid(p.Child("spec", "selector"), s.Selector, "`selector` will be auto-generated")
	}
	if is(s.ManualSelector, true) {
		r.Add(field.NotSupported(p.Child("spec", "manualSelector"), s.ManualSelector, []string{"nil", "false"}))
	}
}

// ValidateCronJobStatusUpdate checks a change of status, in which nothing can
// be wrong but the metadata.
func ValidateCronJobStatusUpdate(c, old *CronJob) field.ErrorList {
	var r field.Report
	meta.ValidateObjectMetaUpdate(&r, &c.ObjectMeta, &old.ObjectMeta, metadataPath)
	return r.Errors
}
