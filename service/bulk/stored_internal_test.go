package bulk

import "testing"

func TestStored(t *testing.T) {
	t.Parallel()
	first, second := &OrderRecord{ID: "1", ExternalID: "a"}, &OrderRecord{ID: "2"}
	s := newStored(2, namesOfOrder)
	s.add(first)
	s.add(second)
	for name, c := range map[string]struct {
		given OrderRecord
		want  *OrderRecord
	}{
		"by its id":                                {OrderRecord{ID: "2"}, second},
		"by its id before its external id":         {OrderRecord{ID: "2", ExternalID: "a"}, second},
		"by its external id":                       {OrderRecord{ExternalID: "a"}, first},
		"by its external id, as no other has it":   {OrderRecord{ID: "3", ExternalID: "a"}, first},
		"another":                                  {OrderRecord{ID: "3", ExternalID: "b"}, nil},
		"named by nothing is like no other record": {OrderRecord{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := s.like(&c.given); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
