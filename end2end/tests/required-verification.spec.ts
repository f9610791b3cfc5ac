// Where an address must be proven before there is an account.

import { expect, test } from '../fixtures';
import { letterTo, lettersTo, linkIn } from '../fixtures/letters';

const PATH = '/confirm-sign-up';

test.use({ settings: { LATCHKEY_VERIFICATION: 'required' } });

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });
    test.beforeEach(({ browserConsole }) => {
      if (!javaScriptEnabled) {
        browserConsole.toleratesIdleWasm();
      }
    });

    test('the link makes the account in the browser that asked', async ({ page, server, home, header, registerPage, newcomer }) => {
      await (javaScriptEnabled ? registerPage.open() : registerPage.visit());
      await registerPage.fill(newcomer);
      await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
      await expect(header.signIn, 'nobody is signed in').toBeVisible();
      const letter = await letterTo(server, newcomer.email, 'confirm_sign_up');
      await page.goto(linkIn(letter, PATH));
      await expect(page).toHaveURL(PATH);
      await expect(page.getByText(newcomer.email)).toBeVisible();
      await expect(page.getByLabel('Password', { exact: true })).toHaveCount(0);
      await page.getByRole('button', { name: 'Create the account' }).click();
      await expect(home.greeting(newcomer)).toBeVisible();
    });

    test('so does the code', async ({ page, server, home, registerPage, newcomer }) => {
      await (javaScriptEnabled ? registerPage.open() : registerPage.visit());
      await registerPage.fill(newcomer);
      const letter = await letterTo(server, newcomer.email, 'confirm_sign_up');
      await page.getByLabel('Code from the letter').fill(letter.code!);
      await page.getByRole('button', { name: 'Create the account' }).click();
      await expect(home.greeting(newcomer)).toBeVisible();
    });
  });
}

test('in another browser the password is asked for', async ({ page, server, registerPage, newcomer, otherBrowser }) => {
  await registerPage.open();
  await registerPage.fill(newcomer);
  const letter = await letterTo(server, newcomer.email, 'confirm_sign_up');
  const elsewhere = await otherBrowser.newPage();
  await elsewhere.goto(linkIn(letter, PATH));
  await elsewhere.getByLabel('Password', { exact: true }).fill('not this one, surely');
  await elsewhere.getByRole('button', { name: 'Create the account' }).click();
  await expect(elsewhere.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(/not the password/);
  await elsewhere.getByLabel('Password', { exact: true }).fill(newcomer.password);
  await elsewhere.getByRole('button', { name: 'Create the account' }).click();
  await expect(elsewhere.getByRole('heading', { name: `Hello, ${newcomer.username}` })).toBeVisible();

  await page.goto(linkIn(letter, PATH));
  await expect(page.getByRole('alert')).toContainText('This link can\'t be used any more');
});

test('an address that is known is answered the same, and its owner is told', async ({ page, server, registerPage, newcomer, otherBrowser }) => {
  const owner = await otherBrowser.newPage();
  await owner.goto('/register');
  await registerPage.open();
  await registerPage.fill(newcomer);
  const letter = await letterTo(server, newcomer.email, 'confirm_sign_up');
  await page.goto(linkIn(letter, PATH));
  await page.getByRole('button', { name: 'Create the account' }).click();
  await expect(page.getByRole('heading', { name: `Hello, ${newcomer.username}` })).toBeVisible();

  await server.advance(2 * 60);
  await owner.getByLabel('Username', { exact: true }).fill('somebody-else');
  await owner.getByLabel('Email', { exact: true }).fill(newcomer.email);
  await owner.getByLabel('Password', { exact: true }).fill('another quiet harbour lantern');
  await owner.getByRole('button', { name: 'Create account' }).click();
  await expect(owner.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
  await letterTo(server, newcomer.email, 'address_taken');
  expect(await lettersTo(server, newcomer.email, 'confirm_sign_up')).toHaveLength(1);
});
