-- +goose Up
-- the subject of a contact by which an offer was sent named the offer, to viewers who need not see offers
UPDATE "contacts" SET "subject" = 'offer' WHERE "subject" LIKE 'offer off\_%' ESCAPE '\' AND "id" IN (SELECT "contact_id" FROM "offers");
