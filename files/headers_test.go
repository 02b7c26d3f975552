package files

import (
	"slices"
	"strings"
	"testing"

	"kopeck/files/option"
	"kopeck/files/orders"
	"kopeck/service/field"
)

// headers are the columns as they were first exported, in their order: a file that was exported yesterday is read tomorrow.
var headers = map[option.Kind]string{
	option.Orders: "id,external_id,customer_id,customer_external_id,status,at,total,currency,refunded,cost,stated_cost,uncosted,credit_model,created_at,due_at,completed_at," +
		"cancelled_at,cancel_reason,refunds,line_id,sku,quantity,unit,line_total,line_cost,lead_days,price_lines,options,line_tax,tax",
	option.Customers: "id,external_id,name,kind,email,phone,stage,stage_overruled,stage_overruled_at,segment,owner,referred_by_id,partner_id,partner," +
		"acquisition_cost,currency,acquired_at,measurements,created_at,departed_at,deleted_at,wallet,birthday,tax_exempt",
	option.Contacts: "id,external_id,customer_id,customer_external_id,kind,direction,channel,at,minutes,staff,subject,notes,about_id,purpose," +
		"stage,expense,cost,currency,uncosted,cost_lines,recorded_at,segment,seconds",
	option.Rates: "id,subject,code,unit,amount,currency,valid_from,capacity,fixed_share,correction,recorded_at",
	option.Spend: "id,campaign,from,to,amount,currency,reason,correction,recorded_at,recorded_by",
}

// ownNames lists the columns of a kind in Kopeck's own format, and those that a file must have.
func ownNames(kind option.Kind) (all, keys []string) {
	switch kind {
	case option.Orders:
		return orders.Names(nil), orders.Layout.Names(field.OwnKey)
	case option.Customers:
		return customerLayout.Names(field.Own), customerLayout.Names(field.OwnKey)
	case option.Contacts:
		return contactLayout.Names(field.Own), contactLayout.Names(field.OwnKey)
	case option.Rates:
		return rateLayout.Names(field.Own), rateLayout.Names(field.OwnKey)
	case option.Spend:
		return spendLayout.Names(field.Own), spendLayout.Names(field.OwnKey)
	}
	return nil, nil
}

// A column is never taken away or moved: a new one stands at the end.
func TestHeadersOnlyGrow(t *testing.T) {
	t.Parallel()
	for kind, header := range headers {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			names, keys := ownNames(kind)
			first := strings.Split(header, ",")
			if len(names) < len(first) || !slices.Equal(names[:len(first)], first) {
				t.Errorf("the header is\n%q\nand began with\n%q", names, first)
			}
			if sorted := slices.Sorted(slices.Values(names)); len(slices.Compact(sorted)) != len(names) {
				t.Errorf("two columns have one name: %q", names)
			}
			for _, key := range keys {
				if !slices.Contains(first, key) {
					t.Errorf("%s is required, and files of the first version do not have it", key)
				}
			}
		})
	}
}

func TestMappableFields(t *testing.T) {
	t.Parallel()
	for kind, want := range map[option.Kind][2]string{
		option.Orders: {
			"customer order date amount cost currency total quantity price sku title discount tax status refunded refunded_at refund_reason completed_at cancelled_at cancel_reason due_at email phone name",
			"customer date amount",
		},
		option.Contacts: {
			"external_id customer kind direction channel at minutes staff subject notes purpose expense currency email phone name seconds campaign source participants people",
			"customer kind direction channel at",
		},
		option.Rates: {"subject code unit amount currency valid_from capacity fixed_share correction", "subject code unit amount valid_from"},
		option.Spend: {"campaign from to amount currency reason correction day", "campaign amount"},
		"offers":     {"", ""},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			all, required := Fields(kind)
			if got := [2]string{strings.Join(all, " "), strings.Join(required, " ")}; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		})
	}
}
