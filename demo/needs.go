package demo

import (
	"context"
	"strings"
	"time"

	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// askedOf is of how many customers something of their needs is known.
const askedOf = 24

// makeNeeds says what customers need, which products serve it, and what they are asked; what some of them answered; and parts some by chance into
// those who are called before the season and those who are not.
func (c *company) makeNeeds(ctx context.Context) error {
	c.clock.to(c.clock.at.Add(time.Minute))
	manager := c.as(ctx, c.staff["manager@erker.example"])
	for _, in := range []service.CreateNeedInput{
		{Code: "curtains", Name: "Шторы", Unit: pointer("м")}, {Code: "rods", Name: "Карнизы", Unit: pointer("м")}, {Code: "cleaning", Name: "Чистка", Unit: pointer("м")},
	} {
		in.ID = pointer(fixedID(id.Need, in.Code))
		if _, err := c.service.Needs.CreateNeed(manager, in); err != nil {
			return err
		}
	}
	if err := c.serveNeeds(manager); err != nil {
		return err
	}
	ask := func(code string, kind schema.QuestionKind, need, ru, en string) error {
		_, err := c.service.Needs.CreateQuestion(manager, service.CreateQuestionInput{
			ID: pointer(fixedID(id.Question, code)), Code: code, Kind: kind, NeedID: pointer(fixedID(id.Need, need)), PauseDays: 90,
			Texts: []*service.QuestionTextInput{{Language: "ru", Text: ru}, {Language: "en", Text: en}},
		})
		return err
	}
	for _, q := range []struct {
		code, need, ru, en string
		kind               schema.QuestionKind
	}{
		{"curtains_elsewhere", "curtains", "Где ещё вы заказываете шторы?", "Where else do you order curtains?", schema.AsksSupplier},
		{"curtains_a_year", "curtains", "Сколько примерно в год уходит на шторы?", "About how much a year do you spend on curtains?", schema.AsksWallet},
		{"cleaning_elsewhere", "cleaning", "Кто чистит ваши шторы?", "Who cleans your curtains?", schema.AsksSupplier},
	} {
		if err := ask(q.code, q.kind, q.need, q.ru, q.en); err != nil {
			return err
		}
	}
	return c.answerQuestions(manager)
}

// serveNeeds says which products serve which needs, by their codes.
func (c *company) serveNeeds(manager context.Context) error {
	for sku := range c.products {
		var needs []*service.NeedShareInput
		serves := func(need, share string) {
			needs = append(needs, &service.NeedShareInput{NeedID: fixedID(id.Need, need), Share: money.Exact(share)})
		}
		kind, _, _ := strings.Cut(sku, "-")
		switch {
		case sku == "SET-BEDROOM" || sku == "SET-LIVING":
			serves("curtains", "0.7")
			serves("rods", "0.3")
		case kind == "CUR" || kind == "TUL" || kind == "ROM" || kind == "ROL" || kind == "BLI" || kind == "PEL":
			serves("curtains", "1")
		case kind == "COR":
			serves("rods", "1")
		case sku == "SRV-CLEAN" || sku == "SRV-STEAM":
			serves("cleaning", "1")
		default:
			continue
		}
		if _, err := c.service.Needs.SetProductNeeds(manager, service.SetProductNeedsInput{ProductID: productID(sku), Needs: needs}); err != nil {
			return err
		}
	}
	return nil
}

// answerQuestions lets some customers answer, one decline and one not answer, and exposes them in an experiment.
func (c *company) answerQuestions(manager context.Context) error {
	answers := []string{"IKEA", "Леруа Мерлен", "", "Ателье на углу"}
	var asked []string
	for _, p := range c.people {
		if len(asked) == askedOf {
			break
		}
		if p.number == 0 || !p.departed.IsZero() || len(p.orders) < 2 {
			continue
		}
		n := len(asked)
		asked = append(asked, p.id)
		in := service.AnswerQuestionInput{CustomerID: p.id, QuestionID: fixedID(id.Question, "curtains_elsewhere"), Answer: &answers[n%len(answers)]}
		switch n {
		case 5:
			in.Answer, in.Declined = nil, true
		case 6:
			in.Answer = nil
		}
		if _, err := c.service.Needs.AnswerQuestion(manager, in); err != nil {
			return err
		}
		if n%3 != 0 {
			continue
		}
		_, err := c.service.Needs.RecordNeedFact(manager, service.RecordNeedFactInput{
			CustomerID: p.id, NeedID: fixedID(id.Need, "curtains"), Kind: schema.FactWallet, Source: pointer("площадь дома по договору"),
			Wallet: &service.MoneyInput{Amount: money.Exact(c.currency.Format(c.major(int64(60000 + 15000*(n%5))))), CurrencyCode: c.currency.Code()},
		})
		if err != nil {
			return err
		}
	}
	made, err := c.service.Experiments.CreateExperiment(manager, service.CreateExperimentInput{
		ID: pointer(fixedID(id.Experiment, "spring_call")), Code: "spring_call", Name: "Звонок перед весной",
		Arms: []*service.ExperimentArmInput{{Code: "not_called", Share: "0.3"}, {Code: "called", Share: "0.7"}},
	})
	if err != nil {
		return err
	}
	_, err = c.service.Experiments.ExposeCustomers(manager, service.ExposeCustomersInput{ExperimentID: made.ID, CustomerIds: asked})
	return err
}
