package schema

import "io"

// The methods of the closed sets of values of needs and questions: see enums.go.

// Values lists the enum's values in their order in the API.
func (NeedFactKind) Values() []string { return texts(FactSupplier, FactWallet) }

// MarshalGQL writes the value as GraphQL's enum.
func (v NeedFactKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *NeedFactKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (NeedFactBasis) Values() []string { return texts(FactStated, FactEstimated) }

// MarshalGQL writes the value as GraphQL's enum.
func (v NeedFactBasis) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *NeedFactBasis) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (QuestionKind) Values() []string {
	return texts(AsksSupplier, AsksWallet, AsksField, AsksExpectedPrice)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v QuestionKind) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *QuestionKind) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (QuestionOutcome) Values() []string {
	return texts(QuestionAnswered, QuestionDeclined, QuestionUnanswered)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v QuestionOutcome) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *QuestionOutcome) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }

// Values lists the enum's values in their order in the API.
func (NeedUnknown) Values() []string {
	return texts(UnknownSupplier, UnknownWallet, OutdatedWallet)
}

// MarshalGQL writes the value as GraphQL's enum.
func (v NeedUnknown) MarshalGQL(w io.Writer) { writeEnum(w, v) }

// UnmarshalGQL reads the value; it fails if from is not one of Values.
func (v *NeedUnknown) UnmarshalGQL(from any) error { return readEnum(v, v.Values(), from) }
