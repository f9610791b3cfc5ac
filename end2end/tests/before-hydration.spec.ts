// While the WASM is still on its way, a page is a page: its forms work, and what was typed is kept.

import { expect, test } from '../fixtures';
import { hydrated, markDocument, sameDocument } from '../fixtures/hydration';
import { hold } from '../fixtures/network';
import { sessionCookies } from '../fixtures/thief';

const WASM = /\.wasm$/;

test.beforeEach(({ browserConsole }) => browserConsole.toleratesIdleWasm());

test('signing in before the page has come to life posts the form', async ({ page, context, home, signInPage, alice }) => {
  const wasm = await hold(context, WASM);
  await signInPage.visit();
  await wasm.arrived;
  await expect(signInPage.showPassword).toBeDisabled();
  await signInPage.fill(alice);
  await expect(home.greeting(alice)).toBeVisible();
  await expect(page).toHaveURL('/');
  await expect(home.refreshNow).toBeDisabled();
  wasm.release();
  await expect(home.timeLeft).toBeVisible();
  await expect(home.refreshNow).toBeEnabled();
});

test('registering before the page has come to life posts the form, and a refusal comes to life as it stands', async ({
  page, context, home, registerPage, newcomer, browserConsole,
}) => {
  browserConsole.expectsStatus(422);
  const wasm = await hold(context, WASM);
  await registerPage.visit();
  await registerPage.fill({ ...newcomer, password: 'short' });
  await expect(registerPage.password).toHaveAttribute('aria-invalid', 'true');
  await registerPage.password.fill(newcomer.password);
  wasm.release();
  await hydrated(page);
  await expect(registerPage.username).toHaveValue(newcomer.username);
  await expect(registerPage.email).toHaveValue(newcomer.email);
  await expect(registerPage.password).toHaveValue(newcomer.password);
  await markDocument(page);
  await registerPage.submit.click();
  await expect(home.greeting(newcomer)).toBeVisible();
  expect(await sameDocument(page)).toBe(true);
});

test('what was typed before the page came to life is still there after, and is judged', async ({ page, context, registerPage, newcomer }) => {
  const wasm = await hold(context, WASM);
  await registerPage.visit();
  await wasm.arrived;
  await registerPage.username.fill(newcomer.username);
  await registerPage.email.fill(newcomer.email);
  await registerPage.password.fill('short');
  await registerPage.email.focus();
  wasm.release();
  await hydrated(page);
  await expect(registerPage.showPassword).toBeEnabled();
  await expect(registerPage.username).toHaveValue(newcomer.username);
  await expect(registerPage.email).toHaveValue(newcomer.email);
  await expect(registerPage.password).toHaveValue('short');
  await expect(registerPage.email).toBeFocused();
  await expect(registerPage.password).toHaveAccessibleDescription(/longer/);
});

test('signing out before the page has come to life posts the form', async ({ context, home, header, signInPage, alice }) => {
  await signInPage.signIn(alice);
  const wasm = await hold(context, WASM);
  await home.page.goto('/profile', { waitUntil: 'domcontentloaded' });
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  expect(await sessionCookies(context)).toEqual([]);
  wasm.release();
});

test('the sign-in page is usable with its HTML and CSS alone, in one round trip', async ({ page, signInPage }) => {
  const answers: Promise<number>[] = [];
  page.on('response', (response) => {
    if (['document', 'stylesheet'].includes(response.request().resourceType())) {
      answers.push(response.request().sizes().then((sizes) => sizes.responseBodySize + sizes.responseHeadersSize));
    }
  });
  await signInPage.open();
  const sizes = await Promise.all(answers);
  expect(sizes).toHaveLength(2);
  expect(sizes.reduce((sum, size) => sum + size, 0), 'compressed bytes').toBeLessThan(14 * 1024);
});
