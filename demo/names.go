package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	womensNames = strings.Fields("Анна Мария Ольга Елена Наталья Ирина Светлана Татьяна Екатерина Юлия Дарья Алина Ксения Вера Надежда Любовь Людмила Галина Полина Софья Алёна Марина Евгения Лидия Зинаида Гульнара Лейла Айгуль Нино Ануш")
	mensNames   = strings.Fields("Александр Дмитрий Сергей Андрей Алексей Иван Михаил Николай Владимир Павел Артём Максим Денис Фёдор Пётр Илья Егор Роман Олег Григорий Тимур Руслан Арсен Гиорги Ринат")
	fathers     = strings.Fields("Александр Дмитрий Сергей Андрей Алексей Иван Михаил Николай Владимир Павел Максим Фёдор Олег Роман Юрий Виктор Борис Степан")
	surnames    = strings.Fields("Белов Смирнов Кузнецов Попов Васильев Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Макаров Никитин Захаров Зайцев Соловьёв Борисов Яковлев Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Королёв Гусев Киселёв Ильин Максимов Поляков Сорокин Виноградов Ковалёв Антонов Тарасов Жуков Баранов Филиппов Комаров Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев Титов Марков Миронов Крылов Куликов Карпов Власов Мельников Денисов Гаврилов Тихонов Казаков Афанасьев Данилов Щербаков")
	otherNames  = strings.Fields("Шевченко Петренко Дзюба Гюнтер Пак Ким Цой Ли Саркисян Мкртчян Беридзе Хачатурян Ахметзянова Юсупов Хасанова Гейко")
	foreign     = []string{
		"Jörg Müller", "Anne-Sophie Lefèvre", "Seán O’Brien", "José Ángel Núñez", "Zoë Łukasiewicz", "Søren Østergård", "Bjǫrk Guðmundsdóttir", "Nguyễn Thị Minh Khai",
		"Trần Văn Đức", "İpek Çelik", "Ömer Yıldız", "Dvořák Jiří", "Szabó Erzsébet", "Αλέξανδρος Παπαδόπουλος", "Ελένη Γεωργίου",
		//nolint:gosmopolitan // customers have such names
		"王小明", "李娜", "欧阳文静", "山田 花子", "佐藤 健一", "김민준", "박서연", "مريم الأحمد", "محمد بن سلمان الحربي", "فاطمه رضایی", "יעל כהן", "אברהם לוי", "प्रिया शर्मा", "ธนพล ศรีสุข", "გიორგი მაისურაძე", "Արամ Պետրոսյան", "María del Carmen Ibáñez de la Vega y Ortiz",
	}
	firms  = strings.Fields("Волна Маяк Берёза Аврора Эрмитаж Нева Уют Прага Лира Версаль Ладога Бриз Парус Северянин Космос Орион Вернисаж Садовое Кипарис Горизонт")
	trades = []struct{ form, what string }{
		{"ООО", "Отель"}, {"ООО", "Ресторан"}, {"ООО", "Клиника"}, {"АО", "Бизнес-центр"}, {"ИП", "Студия интерьеров"}, {"ООО", "Кофейня"}, {"АНО", "Детский сад"}, {"ООО", "Апарт-отель"},
	}
	//nolint:gosmopolitan // and so have companies
	foreignFirms = []string{"Café Français SARL", "Hotel „Zur Post“ GmbH", "Smith & Sons Ltd.", "株式会社さくら", "شركة النور للضيافة", "Ristorante L’Angolo S.r.l."}
)

// personName draws a name as people write it in Russia, or in their own country.
func personName(r *rand.Rand) string {
	if r.Float64() < 0.07 {
		return foreign[r.IntN(len(foreign))]
	}
	woman := r.Float64() < 0.68
	surname := surnames[r.IntN(len(surnames))]
	father := fathers[r.IntN(len(fathers))]
	if r.Float64() < 0.08 {
		surname = otherNames[r.IntN(len(otherNames))]
	} else if woman {
		surname += "а"
	}
	first := mensNames[r.IntN(len(mensNames))]
	if woman {
		first = womensNames[r.IntN(len(womensNames))]
	}
	switch {
	case r.Float64() < 0.35:
		return first + " " + surname
	case r.Float64() < 0.5:
		return surname + " " + first + " " + patronymic(father, woman)
	}
	return first + " " + patronymic(father, woman) + " " + surname
}

// patronymic returns the patronymic of a child from the father's name.
func patronymic(father string, woman bool) string {
	ending := map[bool]string{false: "ович", true: "овна"}
	stem, soft := strings.CutSuffix(father, "й")
	switch {
	case father == "Павел":
		stem = "Павл"
	case father == "Михаил":
		stem = "Михайл"
	case soft:
		ending = map[bool]string{false: "евич", true: "евна"}
		if before, ok := strings.CutSuffix(stem, "ри"); ok { // Юрий: Юрьевич, but Дмитрий: Дмитриевич
			if stem = before + "рь"; father == "Дмитрий" {
				stem = "Дмитри"
			}
		}
	}
	return stem + ending[woman]
}

// firmName draws the name of a company.
func firmName(r *rand.Rand) string {
	if r.Float64() < 0.08 {
		return foreignFirms[r.IntN(len(foreignFirms))]
	}
	t := trades[r.IntN(len(trades))]
	return fmt.Sprintf("%s «%s „%s“»", t.form, t.what, firms[r.IntN(len(firms))])
}

var latin = strings.NewReplacer(
	"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i", "й", "y", "к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p",
	"р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "shch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "yu", "я", "ya",
)

// address returns an e-mail address made of a name. The number makes it unique.
func address(name string, number int, firm bool) string {
	plain := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c
		case c == ' ' || c == '-':
			return '.'
		}
		return -1
	}, latin.Replace(strings.ToLower(name)))
	if plain = strings.Trim(plain, "."); len(plain) < 5 || strings.Contains(plain, "..") {
		plain = "client"
	}
	if firm {
		return fmt.Sprintf("zakupki%d@firm.example", number)
	}
	return fmt.Sprintf("%s%d@%s.example", plain, number, [...]string{"mail", "post", "pochta"}[number%3])
}

// phoneNumber draws a phone number as somebody may have typed it.
func phoneNumber(r *rand.Rand, name string) string {
	n := func(digits int) string {
		text := ""
		for range digits {
			text += string(rune('0' + r.IntN(10)))
		}
		return text
	}
	if name[0] < 0x80 { // in Latin letters: from abroad
		return [...]string{"+49 30 ", "+33 1 ", "+44 20 ", "+90 212 "}[r.IntN(4)] + n(3) + " " + n(4)
	}
	operator := [...]string{"903", "905", "910", "915", "916", "921", "925", "926", "951", "977", "985", "999"}[r.IntN(12)]
	switch r.IntN(4) {
	case 0:
		return "8 (" + operator + ") " + n(3) + "-" + n(2) + "-" + n(2)
	case 1:
		return "8" + operator + n(7)
	}
	return "+7 " + operator + " " + n(3) + "-" + n(2) + "-" + n(2)
}
