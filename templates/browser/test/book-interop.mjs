// The page's side of the test that Go plays with a book's file: node book-interop.mjs
// IDENTITY IN OUT MADE. Opens IN, does something with its first tip, saves it as OUT, makes a
// book of its own, and says on stdout what it saw.
import { readFileSync, writeFileSync } from "node:fs";
import { Book, openBook, recipientsOf, sealBook } from "../src/reader/book/book.js";

const [identity, from, to, made] = process.argv.slice(2);
const officer = { by: () => "Lò Văn Páo", now: () => Date.UTC(2026, 10, 30, 1, 2, 3) };

const book = Object.assign(await openBook(readFileSync(from), [identity]), officer);
const states = book.states();
book.append({ tip: states[0].id, do: "classify", kind: "crime", competent: true });
book.append({ tip: states[0].id, do: "note", text: "Viết ở trang: “suối” & <cầu>\u2028\u202e 😀" });
book.enter("TB-1111-AAAA", { unit: "na-co-sa", site: "ncs01", mailbox: "report", urgent: true, received: "", photos: 1, text: "ố".repeat(500), where: "cầu treo", sum: "b".repeat(64) });
writeFileSync(to, await sealBook(book));

const own = await Book.make("na-co-sa", await recipientsOf([identity]), [identity], officer.by, officer.now);
writeFileSync(made, await sealBook(own));
process.stdout.write(JSON.stringify({ said: book.said, check: book.check, states, after: book.states(), made: own.check }));
