// What people do by letters, with letters that have gone through a real mail server.

import { expect, test as base } from '../fixtures';
import { linkIn } from '../fixtures/letters';
import { askForAddress, askToBeDeleted } from '../fixtures/person';
import { MailServer, PYTHON } from '../fixtures/mail-server';
import { RegisterPage } from '../pages/register';

const NEW = 'eight loud hatters hum at dusk';

/** What the letters are called. */
const SIGN_UP = 'Finish creating your account';
const CONFIRM = 'Confirm your email address';
const RESET = 'Choose another password';
const NEW_ADDRESS = 'Confirm your new email address';
const CHANGED_ADDRESS = 'Your email address was changed';
const CHANGED_PASSWORD = 'Your password was changed';
const NEW_BROWSER = 'Somebody signed in from a new browser';
const RECOVER = 'Get your account back';
const DELETION = 'Your account is going to be deleted';
const SIGN_IN = 'Your link to sign in';
const TAKEN = 'You have an account already';

base.skip(!process.env[PYTHON], `no mail server is here: ${PYTHON} names no Python for it, which tools/smtp.sh brings`);

interface Fixtures {
  /** When addresses are proven. */
  verification: string;
  post: { mailServer: MailServer; url: string };
  mailServer: MailServer;
}

const test = base.extend<Fixtures>({
  verification: ['optional', { option: true }],
  post: async ({}, use) => {
    const post = await MailServer.start();
    await use(post);
    await post.mailServer.stop();
  },
  mailServer: async ({ post }, use) => use(post.mailServer),
  settings: async ({ post, verification }, use) =>
    use({ LATCHKEY_MAIL_URL: post.url, LATCHKEY_MAIL_FROM: 'Latchkey <post@latchkey.example>', LATCHKEY_VERIFICATION: verification, LATCHKEY_SIGN_IN_LINKS: 'true' }),
});

test('an address is proven by the link', async ({ page, mailServer, verifyEmailPage, alice }) => {
  await page.goto(linkIn(await mailServer.letterTo(alice.email, CONFIRM), '/verify-email'));
  await expect(page.getByText(`Confirm that ${alice.email} is yours.`)).toBeVisible();
  await verifyEmailPage.confirm.click();
  await expect(verifyEmailPage.done).toBeVisible();
});

test('an address is proven by the code of the newest letter', async ({ mailServer, signInPage, verifyEmailPage, alice }) => {
  await signInPage.signIn(alice);
  await mailServer.letterTo(alice.email, CONFIRM);
  await verifyEmailPage.visit();
  await verifyEmailPage.sendAgain.click();
  await expect(verifyEmailPage.sent).toBeVisible();
  const newest = await mailServer.letterTo(alice.email, CONFIRM, 2);
  await verifyEmailPage.code.fill(newest.code!);
  await verifyEmailPage.confirm.click();
  await expect(verifyEmailPage.done).toBeVisible();
});

test('a forgotten password is another by the link, and whose doing it was not says so', async ({
  page, mailServer, home, signInPage, forgotPasswordPage, resetPasswordPage, alice, otherBrowser,
}) => {
  await forgotPasswordPage.visit();
  await forgotPasswordPage.ask(alice.email);
  await expect(forgotPasswordPage.asked).toBeVisible();
  await page.goto(linkIn(await mailServer.letterTo(alice.email, RESET), '/reset-password'));
  await resetPasswordPage.fill(NEW);
  await expect(page).toHaveURL('/login?reason=reset');
  await signInPage.fill({ ...alice, password: NEW });
  await expect(home.greeting(alice)).toBeVisible();

  const elsewhere = await otherBrowser.newPage();
  await elsewhere.goto(linkIn(await mailServer.letterTo(alice.email, CHANGED_PASSWORD), '/not-me'));
  await elsewhere.getByRole('button', { name: 'It wasn\'t me: sign them out' }).click();
  await expect(elsewhere.getByText('They are signed out, and the password is no longer good.')).toBeVisible();
  await page.goto('/profile');
  await expect(signInPage.heading).toBeVisible();
  await page.goto(linkIn(await mailServer.letterTo(alice.email, RESET, 2), '/reset-password'));
  await resetPasswordPage.fill(alice.password);
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
});

test('another address is proven by its letter, and taken back by that to the former one', async ({
  page, mailServer, home, signInPage, settingsPage, resetPasswordPage, alice, newcomer,
}) => {
  await signInPage.signIn(alice);
  await settingsPage.open('email');
  await settingsPage.newEmail.fill(newcomer.email);
  await settingsPage.button('Change the address').click();
  await expect(settingsPage.said(`A letter is on its way to ${newcomer.email}.`)).toBeVisible();
  await page.goto(linkIn(await mailServer.letterTo(newcomer.email, NEW_ADDRESS), '/confirm-email'));
  await page.getByRole('button', { name: 'Use this address' }).click();
  await expect(page.getByText('Your account has its new address.')).toBeVisible();

  await page.goto(linkIn(await mailServer.letterTo(alice.email, CHANGED_ADDRESS), '/undo-email-change'));
  await page.getByRole('button', { name: 'Take the change back' }).click();
  await expect(page.getByText('Your account has its former address again')).toBeVisible();
  await page.goto('/settings/email');
  await expect(signInPage.heading, 'everybody is signed out').toBeVisible();
  await page.goto(linkIn(await mailServer.letterTo(alice.email, RESET), '/reset-password'));
  await resetPasswordPage.fill(NEW);
  await signInPage.fill({ username: alice.email, password: NEW });
  await expect(home.greeting(alice)).toBeVisible();
});

test('one signs in by the link of a letter, and by the code of another', async ({ page, server, mailServer, home, header, alice }) => {
  const ask = async () => {
    await page.goto('/sign-in-link');
    await page.getByLabel('Email', { exact: true }).fill(alice.email);
    await page.getByRole('button', { name: 'Send the letter' }).click();
    await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
  };
  await ask();
  await page.goto(linkIn(await mailServer.letterTo(alice.email, SIGN_IN), '/sign-in-link'));
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(home.greeting(alice)).toBeVisible();
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  await server.advance(60);
  await ask();
  const letter = await mailServer.letterTo(alice.email, SIGN_IN, 2);
  await page.getByLabel('Code from the letter').fill(letter.code!);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(home.greeting(alice)).toBeVisible();
});

test('whoever has signed in and moved the account is shut out by the letters to its owner', async ({
  page, otherBrowser, mailServer, home, signInPage, resetPasswordPage, alice, newcomer,
}) => {
  await askForAddress(otherBrowser.request, alice, newcomer.email);
  const told = await mailServer.letterTo(alice.email, NEW_BROWSER);
  await page.goto(linkIn(await mailServer.letterTo(newcomer.email, NEW_ADDRESS), '/confirm-email'));
  await page.getByRole('button', { name: 'Use this address' }).click();
  await expect(page.getByText('Your account has its new address.')).toBeVisible();

  await page.goto(linkIn(told, '/not-me'));
  await page.getByRole('button', { name: 'It wasn\'t me: sign them out' }).click();
  await expect(page.getByText('They are signed out, and the password is no longer good.')).toBeVisible();
  await page.goto(linkIn(await mailServer.letterTo(alice.email, RECOVER), '/undo-email-change'));
  await page.getByRole('button', { name: 'Take the change back' }).click();
  await expect(page.getByText('Your account has its former address again')).toBeVisible();
  await page.goto(linkIn(await mailServer.letterTo(alice.email, RESET), '/reset-password'));
  await resetPasswordPage.fill(NEW);
  await signInPage.fill({ username: alice.email, password: NEW });
  await expect(home.greeting(alice)).toBeVisible();
});

test('an account that was to be deleted is kept by the letter that tells of it', async ({
  page, request, mailServer, home, signInPage, resetPasswordPage, alice,
}) => {
  await askToBeDeleted(request, alice);
  await page.goto(linkIn(await mailServer.letterTo(alice.email, DELETION), '/not-me'));
  await page.getByRole('button', { name: 'It wasn\'t me: sign them out' }).click();
  await expect(page.getByText('They are signed out, and the password is no longer good.')).toBeVisible();
  await page.goto(linkIn(await mailServer.letterTo(alice.email, RESET), '/reset-password'));
  await resetPasswordPage.fill(NEW);
  await signInPage.fill({ ...alice, password: NEW });
  await expect(home.greeting(alice)).toBeVisible();
  await page.goto('/settings/delete');
  await expect(page.getByRole('button', { name: 'Delete my account' })).toBeVisible();
});

test.describe('where an address must be proven before there is an account', () => {
  test.use({ verification: 'required' });

  test('the letter makes the account', async ({ page, mailServer, home, registerPage, newcomer }) => {
    await registerPage.open();
    await registerPage.fill(newcomer);
    await expect(page.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
    await page.goto(linkIn(await mailServer.letterTo(newcomer.email, SIGN_UP), '/confirm-sign-up'));
    await page.getByRole('button', { name: 'Create the account' }).click();
    await expect(home.greeting(newcomer)).toBeVisible();
  });

  test('the owner of the address is told that somebody asked for an account with it', async ({
    page, server, otherBrowser, mailServer, home, registerPage, newcomer,
  }) => {
    await registerPage.open();
    await registerPage.fill(newcomer);
    await page.goto(linkIn(await mailServer.letterTo(newcomer.email, SIGN_UP), '/confirm-sign-up'));
    await page.getByRole('button', { name: 'Create the account' }).click();
    await expect(home.greeting(newcomer)).toBeVisible();
    await server.advance(60);
    const elsewhere = await otherBrowser.newPage();
    const again = new RegisterPage(elsewhere);
    await again.open();
    await again.fill({ ...newcomer, username: `${newcomer.username}-2` });
    await expect(elsewhere.getByRole('heading', { name: 'Look into your mail' })).toBeVisible();
    const told = await mailServer.letterTo(newcomer.email, TAKEN);
    expect(told.links.filter((link) => link.includes('token'))).toEqual([]);
  });
});
