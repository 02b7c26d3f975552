package demo

import (
	"context"
	"fmt"
	"time"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

// The texts by which the company asks for permissions, each for one purpose by one channel. The second version replaced the first after a year;
// it is there in English too.

// purposeTexts are the texts by purpose: the first version, the second, and the second in English.
var purposeTexts = map[schema.Purpose][3]string{
	schema.Marketing: {
		"Я согласен получать от «Эркера» новости и предложения.", "Я согласен получать от «Эркера» новости и предложения не чаще двух раз в месяц и могу отказаться в любой момент.",
		"I agree to receive news and offers from Erker at most twice a month, and may refuse at any time.",
	},
	schema.Personalisation: {
		"Я разрешаю «Эркеру» хранить мои мерки и предлагать цены лично для меня.", "Я разрешаю «Эркеру» хранить мои мерки и историю заказов и предлагать цены лично для меня, пока не передумаю.",
		"I allow Erker to keep my measurements and my orders and to offer me prices of my own until I change my mind.",
	},
	schema.PartnerSharing: {
		"Я разрешаю передавать сведения о моих заказах студии «Линия».", "Я разрешаю передавать сведения о моих заказах студии интерьеров «Линия», которая меня привела.",
		"I allow what is known of my orders to be shared with the interior studio Line, which brought me.",
	},
	schema.Service: {
		"Сообщайте мне о готовности заказа.", "Сообщайте мне о готовности и доставке заказа.",
		"Tell me when my order is ready and when it is delivered.",
	},
}

// channelTexts say in Russian and in English how the customer is reached.
var channelTexts = map[schema.Channel][2]string{
	schema.ByEmail: {"По электронной почте.", "By e-mail."}, schema.ByPhone: {"По телефону.", "By telephone."}, schema.BySMS: {"По SMS.", "By SMS."},
	schema.ByMessenger: {"В мессенджере.", "By messenger."}, schema.ByApp: {"В приложении.", "In the app."},
}

// asked are the things that customers are asked for.
var asked = []struct {
	purpose  schema.Purpose
	channels []schema.Channel
}{
	{schema.Marketing, []schema.Channel{schema.ByEmail, schema.ByPhone, schema.BySMS, schema.ByMessenger}},
	{schema.Personalisation, []schema.Channel{schema.ByEmail, schema.ByMessenger}},
	{schema.PartnerSharing, []schema.Channel{schema.ByApp}},
	{schema.Service, []schema.Channel{schema.ByPhone}},
}

// topic is a purpose by a channel.
type topic struct {
	purpose schema.Purpose
	channel schema.Channel
}

// newTexts is when the second version took the place of the first.
func (c *company) newTexts() time.Time { return c.begin.AddDate(0, 0, 365) }

// createWordings records the texts, by the verbs, and keeps the Russian ones for the permissions.
func (c *company) createWordings(ctx context.Context) error {
	c.wordings = map[topic][2]*ent.Wording{}
	for _, one := range asked {
		for _, channel := range one.channels {
			about := topic{one.purpose, channel}
			first, err := c.createWording(ctx, about, "ru", "1", purposeTexts[one.purpose][0]+" "+channelTexts[channel][0], c.begin.AddDate(0, 0, -30))
			if err != nil {
				return err
			}
			retire := service.RetireWordingInput{ID: first.ID, At: pointer(c.newTexts()), Reason: "новая редакция"}
			if _, err := c.service.Consent.RetireWording(ctx, retire); err != nil {
				return err
			}
			second, err := c.createWording(ctx, about, "ru", "2", purposeTexts[one.purpose][1]+" "+channelTexts[channel][0], c.newTexts())
			if err != nil {
				return err
			}
			c.wordings[about] = [2]*ent.Wording{first, second}
			if _, err := c.createWording(ctx, about, "en", "2", purposeTexts[one.purpose][2]+" "+channelTexts[channel][1], c.newTexts()); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *company) createWording(ctx context.Context, about topic, language, version, text string, from time.Time) (*ent.Wording, error) {
	code := fmt.Sprintf("%s-%s", about.purpose, about.channel)
	return c.service.Consent.CreateWording(ctx, service.CreateWordingInput{
		ID: pointer(fixedID(id.Wording, code+language+version)), Code: code, Language: language, Version: version, Text: text,
		Channels: []schema.Channel{about.channel}, Purposes: []schema.Purpose{about.purpose}, ValidFrom: &from,
	})
}

// by sets an event's text to the one that was shown at its moment.
func (c *company) by(e ent.PermissionEvent, about topic) ent.PermissionEvent {
	w := c.wordings[about][1]
	if e.At.Before(c.newTexts()) {
		w = c.wordings[about][0]
	}
	e.Wording, e.WordingVersion, e.WordingID, e.Language = &w.Text, &w.Version, &w.ID, &w.Language
	return e
}
