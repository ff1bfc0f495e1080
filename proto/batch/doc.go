// Package batch holds the kinds of batch/v1: Job and CronJob.
package batch
