package people

import (
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/service/input"
	"kopeck/store"
)

// Record is a user: the row, and what inputs give that is not kept as it is.
type Record struct {
	*ent.User

	password string        // "" for none; the row has its hash
	partner  *partnerInput // nil for none
}

// descriptor is one field of a user and all that is done with it.
type descriptor = field.Edited[Record, service.CreateUserInput, service.UpdateUserInput]

// fields defines each field of a user once. Creating, updating and merging, the audit, and what an import makes of staff whom a contact
// names follow from it.
var fields = field.EditedFields[Record, service.CreateUserInput, service.UpdateUserInput]{
	ofTable(field.Of("", "id", 0, field.Text, func(r *Record) *string { return &r.ID })),
	{
		Field: field.Of("", "email", 0, field.Text, func(r *Record) *string { return &r.Email }).
			WithKey("email_key", func(r *Record) string { return input.EmailKey(r.Email) }),
		Input: "email",
		Create: func(in *service.CreateUserInput, r *Record) (err error) {
			r.Email, err = input.Email("email", in.Email)
			return err
		},
	},
	{
		Field: field.Of("", "name", 0, field.Text, func(r *Record) *string { return &r.Name }),
		Input: "name",
		Create: func(in *service.CreateUserInput, r *Record) (err error) {
			r.Name, err = input.Text("name", in.Name, 200)
			return err
		},
		Update: func(in *service.UpdateUserInput, r *Record) (isGiven bool, err error) {
			if isGiven = in.Name != nil; isGiven {
				r.Name, err = input.Text("name", *in.Name, 200)
			}
			return isGiven, err
		},
		History: func(r *Record) any { return r.Name },
	},
	{
		Field: field.Of("", "role", 0, field.Word[schema.Role](), func(r *Record) *schema.Role { return &r.Role }),
		Input: "role",
		Create: func(in *service.CreateUserInput, r *Record) error {
			r.Role = in.Role
			return nil
		},
		Update:  func(in *service.UpdateUserInput, r *Record) (bool, error) { return input.Take(in.Role, &r.Role), nil },
		History: func(r *Record) any { return r.Role },
	},
	{
		Field: field.Of("", "active", 0, field.Truth, func(r *Record) *bool { return &r.Active }),
		Input: "active",
		Update: func(in *service.UpdateUserInput, r *Record) (bool, error) {
			return input.Take(in.Active, &r.Active), nil
		},
		History: func(r *Record) any { return r.Active },
	},
	grade,
	{
		Field: field.Of("", "password_hash", field.Nullable, field.Optional(field.Text), func(r *Record) **string { return &r.PasswordHash }),
		Input: "password", // it is hashed by the verbs
		Create: func(in *service.CreateUserInput, r *Record) error {
			r.password = in.Password
			return auth.CheckPassword("password", r.Email, r.password)
		},
		Update: func(in *service.UpdateUserInput, r *Record) (bool, error) {
			return input.Take(in.Password, &r.password), nil
		},
		History: func(r *Record) any { // a new one is always a change: the old one is not known
			if r.password == "" {
				return nil
			}
			return hiddenPassword
		},
	},
	{
		Field: field.Of("", "partner_id", field.Nullable, field.Optional(field.Text), func(r *Record) **string { return &r.PartnerID }),
		Input: "partner",
		Create: func(in *service.CreateUserInput, r *Record) (err error) {
			r.partner, err = checkPartner(in)
			return err
		},
	},
	ofTable(field.Of("", "created_at", 0, field.Stamp, func(r *Record) *time.Time { return &r.CreatedAt })),
	ofTable(field.Of("", "updated_at", 0, field.Stamp, func(r *Record) *time.Time { return &r.UpdatedAt })),
	ofTable(field.Of("", "deleted_at", field.Nullable, field.Optional(field.Stamp), func(r *Record) **time.Time { return &r.DeletedAt })),
}

// grade is the field of a user's grade, which holds from a moment on.
var grade = descriptor{
	Field: field.Of("", "grade", field.Nullable, field.Optional(field.Text), func(r *Record) **string { return &r.Grade }),
	Input: "grade",
	Create: func(in *service.CreateUserInput, r *Record) (err error) {
		r.Grade, err = input.OptionalText("grade", in.Grade, 100)
		return err
	},
	Update: func(in *service.UpdateUserInput, r *Record) (isGiven bool, err error) {
		r.Grade, err = input.OptionalText("grade", in.Grade.Value(), 100)
		return in.Grade.IsSet(), err
	},
	History: func(r *Record) any { return r.Grade },
}

// hiddenPassword stands for a new password in conflicts and in the audit log.
const hiddenPassword = "(a new one)"

// Columns are the columns of a new user.
func Columns() []store.Column[*Record] { return fields.Fields().Columns() }

// Named returns a user of whom an import gives the e-mail. They are inactive and without a password, since nobody has said who they are.
func Named(id, email string, at time.Time) *Record {
	return &Record{User: &ent.User{ID: id, Email: email, Name: email, Role: schema.RoleSales, CreatedAt: at, UpdatedAt: at}}
}

// ofTable is a field that inputs do not give.
func ofTable(f *field.Field[Record]) descriptor { return descriptor{Field: f} }
