// The API as a program finds it: by its description, with a client whose types are made from that. `npm run api-types` makes them, before
// TypeScript judges this file by them.

import createClient from 'openapi-fetch';
import type { paths } from '../api';
import { expect, test } from '../fixtures';

/** The cookie that holds the refresh token, as it is sent back by hand: Node keeps no cookies. */
function cookieOf(response: Response): string {
  const cookies = response.headers.getSetCookie();
  // A sign-in also leaves the cookie by which the browser is known again.
  const [cookie, ...others] = cookies.filter(cookie => !cookie.startsWith('__Host-device='));
  expect(others).toEqual([]);
  return cookie!.split(';')[0]!;
}

test('a client made from the description registers, signs in, refreshes, reads the profile and signs out', async ({ server, newcomer }) => {
  const api = createClient<paths>({ baseUrl: server.url });
  const { username, email, password } = newcomer;

  const registered = await api.POST('/api/v1/auth/register', { body: newcomer });
  expect(registered.response.status).toBe(201);
  const made = registered.data!;
  expect('user' in made && made.user).toMatchObject({ username, email, roles: [], groups: [] });

  const signedIn = await api.POST('/api/v1/auth/login', { body: { username: email, password } });
  expect(signedIn.response.status).toBe(200);

  const refreshed = await api.POST('/api/v1/auth/refresh', { headers: { cookie: cookieOf(signedIn.response) } });
  expect(refreshed.response.status).toBe(200);
  const tokens = refreshed.data!;
  expect(tokens.token_type).toBe('Bearer');

  const authorization = `Bearer ${tokens.access_token}`;
  const profile = await api.GET('/api/v1/user/profile', { headers: { authorization } });
  expect(profile.data!.username).toBe(username);

  const signedOut = await api.POST('/api/v1/auth/logout', { headers: { authorization } });
  expect(signedOut.response.status).toBe(204);
  const refused = await api.GET('/api/v1/user/profile', { headers: { authorization } });
  expect(refused.response.status).toBe(401);
  expect(refused.error!.type).toBe('/problems/invalid-token');
});

test('what is wrong with a registration is told field by field', async ({ server, newcomer }) => {
  const api = createClient<paths>({ baseUrl: server.url });
  const refused = await api.POST('/api/v1/auth/register', { body: { ...newcomer, email: 'nobody', password: 'short' } });
  expect(refused.response.status).toBe(422);
  expect(refused.error!.type).toBe('/problems/invalid-request');
  expect(refused.error!.errors!.map(({ field }) => field)).toEqual(['email', 'password']);
});
