package revenue

import (
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/report"
)

// maxDays is the maximum number of days of a report by day.
const maxDays = 1100

// calendar are the dimensions that are parts of the calendar.
var calendar = map[service.SalesDimension]bool{
	service.SalesDimensionDay: true, service.SalesDimensionMonth: true, service.SalesDimensionQuarter: true, service.SalesDimensionYear: true,
}

// spansOf returns the parts of the calendar from that of one moment to that of another, in their order. INVALID on by for too many days.
func spansOf(part service.SalesDimension, first, last time.Time, zone *time.Location) ([]report.Span, error) {
	year, month, day := first.In(zone).Date()
	switch part {
	case service.SalesDimensionYear:
		month, day = 1, 1
	case service.SalesDimensionQuarter:
		month, day = month-(month-1)%3, 1
	case service.SalesDimensionMonth:
		day = 1
	}
	var spans []report.Span
	for date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC); ; date = next(part, date) {
		begin := costing.AtClock(date, zone)
		if begin.After(last) {
			return spans, nil
		}
		if spans = append(spans, report.Span{Name: nameOf(part, date), Begin: begin}); part == service.SalesDimensionDay && len(spans) > maxDays {
			return nil, fault.Invalidf("by", "DAY is for at most %d days: ask for a shorter time, or by MONTH", maxDays)
		}
	}
}

// next returns the first day of the part of the calendar that follows one.
func next(part service.SalesDimension, date time.Time) time.Time {
	switch part {
	case service.SalesDimensionYear:
		return date.AddDate(1, 0, 0)
	case service.SalesDimensionQuarter:
		return date.AddDate(0, 3, 0)
	case service.SalesDimensionMonth:
		return date.AddDate(0, 1, 0)
	}
	return date.AddDate(0, 0, 1)
}

// nameOf returns the key of the part of the calendar that begins on a day.
func nameOf(part service.SalesDimension, date time.Time) string {
	switch part {
	case service.SalesDimensionYear:
		return date.Format("2006")
	case service.SalesDimensionQuarter:
		return fmt.Sprintf("%s-Q%d", date.Format("2006"), (date.Month()+2)/3)
	case service.SalesDimensionMonth:
		return date.Format("2006-01")
	}
	return date.Format(time.DateOnly)
}
