// Villagers whose phones are searched afterwards: cmd/proof/traces/profile_test.go
// runs this, with a server, says what they write, and where their browsers' profiles
// are to be. Each sends a tip the plain way after the form was given back once, has
// another form given back and leaves it, and sends a tip by the script; then the tabs
// and the browser are closed.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, launch, test } from "../support.mjs";
import { blocked, box, led, open, press, sealing, thanked } from "../page/villager.mjs";

const tokens = [];
after(() => writeFileSync(box.result, JSON.stringify(tokens)));

// As Debian sets it, and people have it: the driver turns it off.
const session = { extraPrefsFirefox: { "browser.sessionstore.resume_from_crash": true, "browser.sessionstore.interval": 500, "browser.sessionstore.interval.idle": 500 } };

for (const name of ["chrome", "firefox"]) { // Chromium 109 is a shell without a profile
  test(`tips are sent from ${name}`, async (t) => {
    const browser = await launch(t, name, { userDataDir: join(box.profiles, name), ...(name === "firefox" ? session : {}) });
    async function write(way, options) {
      const page = await open(t, browser, `${box.url}/t/ncs01`, options);
      await page.$$eval("details", (all) => all.forEach((one) => { one.open = true; }));
      for (const [field, text] of Object.entries(box.words[way])) await page.type(`#${field}`, text);
      tokens.push(await page.$eval("[name=token]", (e) => e.value));
      return page;
    }
    async function back(page) {
      await page.$eval("#tip", (form) => { form.noValidate = true; });
      await Promise.all([page.waitForNavigation(), press(page)]);
      assert.ok(await page.$(".alert"), "the form is given back");
    }
    const plain = await write("plain", { before: blocked });
    await back(plain);
    await plain.click("label:has([value=crime])");
    await press(plain);
    await led(plain);
    await back(await write("left", { before: blocked }));
    const sealed = await write("sealed");
    await sealing(sealed);
    await sealed.click("label:has([value=crime])");
    await press(sealed);
    await thanked(sealed);
    await new Promise((resolve) => setTimeout(resolve, 2000)); // by then a browser has written what it writes while it runs
    for (const page of await browser.pages()) await page.close();
  });
}
