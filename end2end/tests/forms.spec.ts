// The two forms, alive: what is wrong is said where it is, nothing typed is lost, nothing is sent twice.

import { expect, test } from '../fixtures';
import { markDocument, sameDocument } from '../fixtures/hydration';
import { hold, requestsTo } from '../fixtures/network';
import { somebody } from '../fixtures/person';
import { sessionCookies } from '../fixtures/thief';

test('each wrong field is named beside it, and the first of them is focused', async ({ page, registerPage }) => {
  const sent = requestsTo(page, '/fn/register');
  await registerPage.open();
  await registerPage.fill({ username: 'a', email: 'nobody', password: 'short' });
  const descriptions: [typeof registerPage.username, RegExp][] = [
    [registerPage.username, /Use 3 to 32 characters/],
    [registerPage.email, /Enter an address with an @/],
    [registerPage.password, /^Use at least 12 characters$/],
  ];
  for (const [field, description] of descriptions) {
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect(field).toHaveAccessibleDescription(description);
  }
  await expect(registerPage.username).toBeFocused();

  await registerPage.username.fill('ada.lovelace');
  await expect(registerPage.username, 'mended while typing').not.toHaveAttribute('aria-invalid', 'true');
  await registerPage.submit.click();
  await expect(registerPage.email).toBeFocused();
  expect(sent, 'what the page can judge itself is not sent').toHaveLength(0);
});

test('what only the server can know is said beside its field too', async ({ registerPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(422);
  await registerPage.open();
  await registerPage.fill({ ...somebody('other'), email: alice.email });
  await expect(registerPage.email).toHaveAttribute('aria-invalid', 'true');
  await expect(registerPage.email).toHaveAccessibleDescription(/an account with this address/);
  await expect(registerPage.email).toBeFocused();
  await expect(registerPage.password, 'nothing typed is lost').not.toHaveValue('');
});

test('a wrong password is answered with a sentence, and nothing typed is lost', async ({ page, context, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(401);
  await signInPage.open();
  await markDocument(page);
  await signInPage.fill({ ...alice, password: 'not this one, surely' });
  await expect(signInPage.alert).toHaveText('Invalid username or password. Check both and try again.');
  await expect(signInPage.username).toHaveValue(alice.username);
  await expect(signInPage.password).toHaveValue('not this one, surely');
  expect(await sessionCookies(context)).toEqual([]);
  await signInPage.fill(alice);
  await expect(page.getByRole('heading', { name: `Hello, ${alice.username}` })).toBeVisible();
  expect(await sameDocument(page), 'no page load').toBe(true);
});

test('a refusal is brought into view on the smallest screen', async ({ page, signInPage, browserConsole }) => {
  browserConsole.expectsStatus(401);
  await page.setViewportSize({ width: 320, height: 225 });
  await signInPage.open();
  await signInPage.fill(somebody('nobody'));
  await expect(signInPage.alert).toBeInViewport({ ratio: 0.9 });
});

test('what is wrong with a password stands in the place of the advice, and nothing moves', async ({ registerPage, newcomer }) => {
  await registerPage.open();
  const place = async () => (await registerPage.submit.boundingBox())!.y;
  const before = await place();
  await registerPage.fill({ ...newcomer, password: 'short' });
  await expect(registerPage.password).toHaveAccessibleDescription(/^Use at least 12 characters$/);
  expect(await place()).toBeCloseTo(before, 0);
  await registerPage.password.fill('short, but longer');
  await expect(registerPage.password).not.toHaveAccessibleDescription(/Use at least/);
  await expect(registerPage.password).toHaveAccessibleDescription(/./);
  expect(await place()).toBeCloseTo(before, 0);
});

test('an unknown name is answered with the same sentence', async ({ signInPage, browserConsole }) => {
  browserConsole.expectsStatus(401);
  await signInPage.open();
  await signInPage.fill(somebody('nobody'));
  await expect(signInPage.alert).toHaveText('Invalid username or password. Check both and try again.');
});

test('while it is sent, the button says so and can\'t be pressed twice', async ({ page, home, signInPage, alice }) => {
  const sent = requestsTo(page, '/fn/login');
  const answer = await hold(page, '**/fn/login');
  await signInPage.open();
  await signInPage.fill(alice);
  await answer.arrived;
  await expect(signInPage.submit).toHaveText('Signing in…');
  await expect(signInPage.submit).toBeDisabled();
  await signInPage.submit.dispatchEvent('click');
  await signInPage.password.press('Enter');
  answer.release();
  await expect(home.greeting(alice)).toBeVisible();
  expect(sent).toHaveLength(1);
});

test('creating an account says what is going on', async ({ page, home, registerPage, newcomer }) => {
  const answer = await hold(page, '**/fn/register');
  await registerPage.open();
  await registerPage.fill(newcomer);
  await expect(registerPage.submit).toHaveText('Creating account…');
  answer.release();
  await expect(home.greeting(newcomer)).toBeVisible();
});

test('a lost network is said, and loses nothing that was typed', async ({ context, home, registerPage, newcomer, browserConsole }) => {
  browserConsole.expectsLostNetwork();
  await registerPage.open();
  await context.setOffline(true);
  await registerPage.fill(newcomer);
  await expect(registerPage.alert).toHaveText(/^The network can't be reached\./);
  await expect(registerPage.username).toHaveValue(newcomer.username);
  await expect(registerPage.email).toHaveValue(newcomer.email);
  await expect(registerPage.password).toHaveValue(newcomer.password);
  await context.setOffline(false);
  await registerPage.submit.click();
  await expect(home.greeting(newcomer)).toBeVisible();
});

test('a busy server is said, with how long to wait', async ({ page, signInPage, alice, browserConsole }) => {
  browserConsole.expectsStatus(429, 503);
  await page.route('**/fn/login', (route) => route.fulfill({ status: 429, headers: { 'retry-after': '7' } }), { times: 1 });
  await signInPage.open();
  await signInPage.fill(alice);
  await expect(signInPage.alert).toHaveText('Too many tries. Try again in 7 seconds.');
  await page.route('**/fn/login', (route) => route.fulfill({ status: 503 }), { times: 1 });
  await signInPage.submit.click();
  await expect(signInPage.alert).toContainText('not available just now');
  await expect(signInPage.password).toHaveValue(alice.password);
});

test('the password can be shown and hidden', async ({ signInPage }) => {
  await signInPage.open();
  await signInPage.password.fill('quiet harbour lantern');
  await expect(signInPage.password).toHaveAttribute('type', 'password');
  await signInPage.showPassword.click();
  await expect(signInPage.password).toHaveAttribute('type', 'text');
  await expect(signInPage.hidePassword).toHaveText('Hide');
  await signInPage.hidePassword.click();
  await expect(signInPage.password).toHaveAttribute('type', 'password');
  await expect(signInPage.password).toHaveValue('quiet harbour lantern');
});

test('a new password is judged while it is typed, by the engine\'s own rule', async ({ page, registerPage }) => {
  const sent = requestsTo(page, '/fn/register');
  await registerPage.open();
  await expect(registerPage.password).toHaveAccessibleDescription(/At least 12 characters/);
  const judged: [string, RegExp][] = [
    ['short', /longer/],
    ['aaaaaaaaaaaaaaaa', /guess|predict|common/i],
    ['quiet harbour lantern 42', /./],
  ];
  const seen = new Set<string>();
  for (const [password, advice] of judged) {
    await registerPage.password.fill(password);
    await expect(registerPage.password).toHaveAccessibleDescription(advice);
    seen.add(await page.locator('#password-hint').innerText());
  }
  expect(seen.size, 'the advice changes with what is typed').toBe(judged.length);
  expect(sent).toHaveLength(0);
});

test('a password made of one\'s own name is refused', async ({ registerPage }) => {
  await registerPage.open();
  await registerPage.fill({ username: 'wilhelmina', email: 'w@example.org', password: 'wilhelmina1234' });
  await expect(registerPage.password).toHaveAccessibleDescription(/your name or email/);
  await expect(registerPage.password).toBeFocused();
});

test('a password that the server alone knows to be common is refused, and not shown as strong', async ({ page, registerPage, newcomer, browserConsole }) => {
  browserConsole.expectsStatus(422);
  await registerPage.open();
  const bars = page.locator('.strength');
  await registerPage.fill({ ...newcomer, password: 'counterstrike' });
  await expect(registerPage.password).toHaveAccessibleDescription(/among the most common ones/);
  await expect(registerPage.password).toBeFocused();
  await expect(bars).toHaveAttribute('data-bars', '1');
  await registerPage.password.fill('quiet harbour lantern 42');
  await expect(bars).toHaveAttribute('data-bars', '4');
});

test('composed and decomposed letters are the same password', async ({ home, header, registerPage, signInPage, newcomer }) => {
  await registerPage.open();
  await registerPage.fill({ ...newcomer, password: 'caf\u00e9 am Hafen um elf' });
  await expect(home.greeting(newcomer)).toBeVisible();
  await home.settled();
  await header.signOut.click();
  await expect(header.signIn).toBeVisible();
  await signInPage.open();
  await signInPage.fill({ ...newcomer, password: 'cafe\u0301 am Hafen um elf' });
  await expect(home.greeting(newcomer)).toBeVisible();
});

test('password managers are told what each field is for', async ({ registerPage, signInPage }) => {
  await registerPage.open();
  await expect(registerPage.username).toHaveAttribute('autocomplete', 'username');
  await expect(registerPage.email).toHaveAttribute('autocomplete', 'email');
  await expect(registerPage.email).toHaveAttribute('type', 'email');
  await expect(registerPage.password).toHaveAttribute('autocomplete', 'new-password');
  await signInPage.open();
  await expect(signInPage.username).toHaveAttribute('autocomplete', 'username');
  await expect(signInPage.password).toHaveAttribute('autocomplete', 'current-password');
});

test('the keyboard is enough', async ({ page, home, header, signInPage, alice }) => {
  await page.goto('/login');
  await expect(signInPage.showPassword).toBeEnabled();
  await signInPage.username.focus();
  await page.keyboard.type(alice.username);
  await page.keyboard.press('Tab');
  await expect(signInPage.password).toBeFocused();
  await page.keyboard.type(alice.password);
  await page.keyboard.press('Tab');
  await expect(signInPage.showPassword).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('checkbox', { name: 'Keep me signed in' })).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(signInPage.submit).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(home.greeting(alice)).toBeVisible();
  await expect(home.greeting(alice), 'who can\'t see it is told of the new page').toBeFocused();
  await home.settled();
  await header.profile.focus();
  const [answered] = await Promise.all([page.waitForResponse('**/fn/profile'), page.keyboard.press('Enter')]);
  await answered.finished();
  await expect(page).toHaveURL('/profile');
  await header.signOut.focus();
  await page.keyboard.press('Enter');
  await expect(header.signIn).toBeVisible();
});

test('the first stop of the keyboard leads past the navigation', async ({ page }) => {
  await page.goto('/login');
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('the forms lead to each other, and keep where one wanted to go', async ({ page, profilePage, registerPage, signInPage, newcomer }) => {
  await page.goto('/profile');
  await expect(signInPage.showPassword).toBeEnabled();
  await markDocument(page);
  await signInPage.createAccount.click();
  await expect(registerPage.heading).toBeVisible();
  await registerPage.fill(newcomer);
  await expect(profilePage.fact('Username')).toHaveText(newcomer.username);
  await expect(page).toHaveURL('/profile');
  expect(await sameDocument(page)).toBe(true);
});
