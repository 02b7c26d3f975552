package auth

import (
	"errors"
	"testing"
	"time"
)

const (
	somePage = "lnk_01h455vb4pex5vsknk084sn02q"
	someCode = "lcd_01h455vb4pex5vsknk084sn02q"
)

var someSubscription = Subscription{Message: "msg_01h455vb4pex5vsknk084sn02q", Customer: "cus_01h455vb4pex5vsknk084sn02r", Channel: "EMAIL"}

// A link to unsubscribe names its message, customer and channel for ever; any other spelling of it is refused.
func TestUnsubscribeLink(t *testing.T) {
	t.Parallel()
	links, c := newLinks(t)
	token, err := links.Unsubscribe(someSubscription)
	if err != nil {
		t.Fatal(err)
	}
	if len(token) > 200 {
		t.Errorf("the token has %d bytes", len(token))
	}
	c.move(10 * 365 * 24 * time.Hour)
	if got, err := links.VerifyUnsubscribe(token); err != nil || got != someSubscription {
		t.Errorf("%v, %v", got, err)
	}
	for i := range token {
		altered := token[:i] + string(token[i]^1) + token[i+1:]
		if got, err := links.VerifyUnsubscribe(altered); !errors.Is(err, ErrLinkInvalid) {
			t.Fatalf("altered at %d: %v, %v", i, got, err)
		}
	}
}

func TestViewingEnds(t *testing.T) {
	t.Parallel()
	links, c := newLinks(t)
	token, err := links.Viewing(someCode, c.Now().Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := links.VerifyViewing(token); err != nil || got != someCode {
		t.Errorf("%v, %v", got, err)
	}
	c.move(time.Minute)
	if _, err := links.VerifyViewing(token); !errors.Is(err, ErrLinkExpired) {
		t.Errorf("after its end: %v", err)
	}
}

// A code has eight digits, is the same each time, and is another for another id and another installation.
func TestCode(t *testing.T) {
	t.Parallel()
	links, _ := newLinks(t)
	others, _ := newLinks(t)
	code, err := links.Code(someCode)
	if err != nil || len(code) != 8 {
		t.Fatalf("%q, %v", code, err)
	}
	if again, _ := links.Code(someCode); again != code {
		t.Errorf("%q, then %q", code, again)
	}
	if another, _ := links.Code("lcd_01h455vb4pex5vsknk084sn02r"); another == code {
		t.Error("two ids have one code")
	}
	if foreign, _ := others.Code(someCode); foreign == code {
		t.Error("two installations have one code")
	}
}
