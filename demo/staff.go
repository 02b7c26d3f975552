package demo

import (
	"context"
	"errors"
	"time"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

// Password is the password of every user of the demonstration company.
const Password = "shtory-na-zakaz" // it is public

// Member is a user.
type Member struct {
	Email, Name string
	Role        schema.Role
	grade       string
	partner     string
}

// Staff are the users. The first of each role is its example.
var Staff = []Member{
	{"admin@erker.example", "Анна Ветрова", schema.RoleAdmin, "director", ""},
	{"manager@erker.example", "Михаил Орлов", schema.RoleManager, "manager", ""},
	{"sales@erker.example", "Ольга Соколова", schema.RoleSales, "senior", ""},
	{"igor.pavlov@erker.example", "Игорь Павлов", schema.RoleSales, "consultant", ""},
	{"timur.akhmetov@erker.example", "Тимур Ахметов", schema.RoleSales, "consultant", ""},
	{"darya.kim@erker.example", "Дарья Ким", schema.RoleSales, "consultant", ""},
	{"analyst@erker.example", "Елена Громова", schema.RoleAnalyst, "analyst", ""},
	{"partner@liniya.example", "Студия «Линия»", schema.RolePartner, "", "Студия интерьеров «Линия»"},
}

// memberOf returns the example of a role.
func memberOf(role schema.Role) Member {
	for _, m := range Staff {
		if m.Role == role {
			return m
		}
	}
	return Member{}
}

// createStaff makes the users by the verb.
func (c *company) createStaff(ctx context.Context) error {
	for _, m := range Staff {
		c.clock.to(c.clock.at.Add(time.Minute))
		in := service.CreateUserInput{ID: pointer(fixedID(id.User, m.Email)), Email: m.Email, Name: m.Name, Password: Password, Role: m.Role}
		if m.grade != "" {
			in.Grade = &m.grade
		}
		if m.partner != "" {
			in.Partner, in.PartnerScopes = &m.partner, []string{"contacts", "offers", "orders"}
		}
		u, err := c.service.People.CreateUser(ctx, in)
		if err != nil {
			return err
		}
		c.staff[m.Email] = u
		switch m.Role {
		case schema.RoleSales:
			c.sales = append(c.sales, u)
		case schema.RolePartner:
			if u.PartnerID == nil {
				return errors.New("the partner's user has no partner")
			}
			c.partnerID = *u.PartnerID
		}
	}
	return nil
}
