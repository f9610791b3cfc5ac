// Proving that an address is one's own: by the link of the letter, in whichever browser, or by its code.

import { expect, test } from '../fixtures';
import { letterTo, lettersTo, linkIn } from '../fixtures/letters';
import type { Person } from '../fixtures/person';
import type { Server } from '../fixtures/server';
import { VerifyEmailPage } from '../pages/verify-email';

const PATH = '/verify-email';
const DAY = 86_400;

async function linkFor(server: Server, person: Person): Promise<string> {
  return linkIn(await letterTo(server, person.email, 'verify_email'), PATH);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? 'with JavaScript' : 'without JavaScript', () => {
    test.use({ javaScriptEnabled });
    test.beforeEach(({ browserConsole }) => {
      if (!javaScriptEnabled) {
        browserConsole.toleratesIdleWasm();
      }
    });

    test('the link proves the address by a button, signed in or not', async ({ page, server, home, signInPage, verifyEmailPage, alice }) => {
      await page.goto(await linkFor(server, alice));
      await expect(page, 'the token has left the address').toHaveURL(PATH);
      await expect(page.getByText(`Confirm that ${alice.email} is yours.`)).toBeVisible();
      await expect(page.getByText('This works in any browser')).toBeVisible();
      await verifyEmailPage.confirm.click();
      await expect(verifyEmailPage.done).toBeVisible();
      await signInPage.visit();
      await signInPage.fill(alice);
      await expect(home.greeting(alice)).toBeVisible();
      await verifyEmailPage.visit();
      await expect(verifyEmailPage.done).toBeVisible();
    });

    test('the code proves it where one is signed in, and another letter can be had', async ({
      page, server, home, signInPage, verifyEmailPage, alice, browserConsole,
    }) => {
      browserConsole.expectsStatus(422);
      await signInPage.visit();
      await signInPage.fill(alice);
      await expect(home.greeting(alice)).toBeVisible();
      const former = await letterTo(server, alice.email, 'verify_email');
      await verifyEmailPage.visit();
      await verifyEmailPage.sendAgain.click();
      await expect(verifyEmailPage.sent).toBeVisible();
      await expect.poll(async () => (await lettersTo(server, alice.email, 'verify_email')).length).toBe(2);
      await verifyEmailPage.code.fill(former.code!);
      await verifyEmailPage.confirm.click();
      await expect(verifyEmailPage.code).toBeFocused();
      await expect(verifyEmailPage.code).toHaveAccessibleDescription('This code is not the one from the newest letter, or is too old.');
      const [newest] = await lettersTo(server, alice.email, 'verify_email');
      await verifyEmailPage.code.fill(newest!.code!);
      await verifyEmailPage.confirm.click();
      await expect(verifyEmailPage.done).toBeVisible();
      await expect(page).toHaveURL('/verify-email?stage=done');
    });
  });
}

test('a link in another browser works, where nobody is signed in', async ({ page, server, signInPage, otherBrowser, verifyEmailPage, alice }) => {
  await signInPage.signIn(alice);
  const elsewhere = await otherBrowser.newPage();
  await elsewhere.goto(await linkFor(server, alice));
  const there = new VerifyEmailPage(elsewhere);
  await there.confirm.click();
  await expect(there.done).toBeVisible();
  await verifyEmailPage.visit();
  await expect(verifyEmailPage.done).toBeVisible();
  await expect(page.getByText(alice.email)).toHaveCount(0);
});

test('an address that says that it is done confirms nothing', async ({ page, signInPage, verifyEmailPage, alice }) => {
  await page.goto('/verify-email?stage=done');
  await expect(verifyEmailPage.isVoid).toBeVisible();
  await signInPage.signIn(alice);
  await page.goto('/verify-email?stage=done');
  await expect(verifyEmailPage.code).toBeVisible();
  await expect(verifyEmailPage.done).toHaveCount(0);
});

test('opening a link changes nothing, and using it twice is refused', async ({ page, server, otherBrowser, verifyEmailPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(422);
  const link = await linkFor(server, alice);
  const elsewhere = await otherBrowser.newPage();
  for (let times = 0; times < 3; times += 1) {
    await elsewhere.goto(link);
    await expect(new VerifyEmailPage(elsewhere).confirm).toBeVisible();
  }
  await page.goto(link);
  await new VerifyEmailPage(elsewhere).confirm.click();
  await expect(new VerifyEmailPage(elsewhere).done).toBeVisible();
  await verifyEmailPage.confirm.click();
  await expect(verifyEmailPage.isVoid).toBeVisible();
});

test('a link that is too old says so, and leads to another letter', async ({ page, server, signInPage, verifyEmailPage, alice }) => {
  const link = await linkFor(server, alice);
  await server.advance(DAY);
  await page.goto(link);
  await expect(verifyEmailPage.isVoid).toBeVisible();
  await page.getByRole('link', { name: 'Have another letter sent' }).click();
  await signInPage.fill(alice);
  await expect(verifyEmailPage.alert).toContainText('This link can\'t be used any more');
  await verifyEmailPage.sendAgain.click();
  await expect(verifyEmailPage.sent).toBeVisible();
});

test('a link for another account proves the address of that one, and leaves the one that is signed in alone', async ({
  page, server, home, signInPage, verifyEmailPage, alice, bob,
}) => {
  await signInPage.signIn(alice);
  await page.goto(await linkFor(server, bob));
  await expect(page.getByText(`Confirm that ${bob.email} is yours.`)).toBeVisible();
  await verifyEmailPage.confirm.click();
  await expect(verifyEmailPage.done).toBeVisible();
  await verifyEmailPage.visit();
  await expect(page.getByText(`Open the link in the newest letter to ${alice.email},`)).toBeVisible();
  await home.open();
  await expect(home.greeting(alice)).toBeVisible();
});

test('five wrong codes are taken, and then none', async ({ server, signInPage, verifyEmailPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(422);
  await signInPage.signIn(alice);
  const letter = await letterTo(server, alice.email, 'verify_email');
  for (let times = 0; times < 5; times += 1) {
    await verifyEmailPage.visit();
    await verifyEmailPage.code.fill(letter.code === '00000000' ? '00000001' : '00000000');
    await verifyEmailPage.confirm.click();
    await expect(verifyEmailPage.code).toHaveAccessibleDescription('This code is not the one from the newest letter, or is too old.');
  }
  await verifyEmailPage.code.fill(letter.code!);
  await verifyEmailPage.confirm.click();
  await expect(verifyEmailPage.alert).toHaveText(/^This code can't be used any more: .* Have another letter sent/);
});
