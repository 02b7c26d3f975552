package files_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/files/option"
)

// TestImportOfAnOldLog imports a log that ended two months ago: its customers have not left, but for the one who had stopped long before.
func TestImportOfAnOldLog(t *testing.T) {
	each(t, func(w *world) {
		var text strings.Builder
		text.WriteString("who,id,day,sum\n")
		last := w.service.Now().AddDate(0, 0, -60)
		for order := range 2000 {
			customer, at := order%100, last.AddDate(0, 0, -(order/100)*7-order%7)
			if customer == 99 {
				at = at.AddDate(-2, 0, 0)
			}
			fmt.Fprintf(&text, "c%d,%d,%s,10\n", customer, order, at.Format(time.DateOnly))
		}
		w.bring(text.String(), option.Options{Kind: option.Orders, Map: "customer=who,order=id,date=day,amount=sum", CostShare: share("0.5")})
		if n := w.number(`SELECT count(*) FROM customers WHERE stage = 'FORMER'`); n != 1 {
			t.Errorf("%d customers have left; want 1", n)
		}
		if n := w.number(`SELECT count(*) FROM stage_changes WHERE from_stage = 'FORMER' OR kind = 'SILENCE'`); n != 0 {
			t.Errorf("%d customers left and came back, or left by silence; want none", n)
		}
		w.closed()
	})
}
