// Asks a server, over one connection that is kept alive, for what it must answer alike whether an account is known to it or not, and tells
// whether the time of the answer does not: a line for each operation, with the label, the median in microseconds where the account is unknown,
// by how much that of the known differs, the share of that, and Welch's t, parted by tabs.
// node tools/bench/enumeration.mjs ADDRESS USERS   (user1, user2 and so on are known, as `make seed` makes them; each is asked for once an operation)
import { randomInt } from 'node:crypto';
import { connect } from 'node:net';

const [address, count] = process.argv.slice(2);
const { hostname, port } = new URL(address);
const users = Number(count);

// The first tries are slow in another way, as nothing is warm: they are asked and not counted.
const warming = 40;
// The slowest tell of the machine. They are left out, by one bound for known and unknown.
const kept = 0.9;
// So that no answer is slowed down by what the letter before it leaves to be done.
const pause = 5;

// The password is right for nobody, and good enough to register with.
const password = 'a heron waits by the weir';
const operations = [
  {
    label: 'POST /auth/login, with a wrong password',
    path: '/api/v1/auth/login',
    status: 401,
    body: ({ name }) => ({ username: name, password }),
  },
  {
    label: 'POST /auth/forgot-password',
    path: '/api/v1/auth/forgot-password',
    status: 202,
    body: ({ email }) => ({ email }),
  },
  {
    label: 'POST /auth/sign-in-link',
    path: '/api/v1/auth/sign-in-link',
    status: 202,
    body: ({ email }) => ({ email }),
  },
  {
    label: 'POST /auth/register, where addresses are proven first',
    path: '/api/v1/auth/register',
    status: 202,
    // A name that nobody has, and of one length: what is asked is whether the address is known.
    body: ({ email, number }) => ({ username: `heron-${String(number).padStart(8, '0')}`, email, password }),
  },
];

const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

// A connection on which one request follows the other. What is asked is written at once and read as bytes, so that little but the server is
// measured.
async function open() {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let waiting;
  let read = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    const moment = process.hrtime.bigint();
    read = Buffer.concat([read, bytes]);
    const end = read.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = read.toString('latin1', 0, end);
    const length = Number(/^content-length: (\d+)\r?$/im.exec(head)?.[1]);
    if (Number.isNaN(length)) waiting?.failed(new Error('An answer does not say how long it is'));
    if (read.length < end + 4 + length) return;
    waiting?.done({ status: Number(head.split(' ')[1]), moment });
    read = Buffer.alloc(0);
  });
  socket.on('error', (error) => waiting?.failed(error));
  socket.on('close', () => waiting?.failed(new Error('The server has closed the connection')));
  await new Promise((done, failed) => {
    waiting = { failed };
    socket.once('connect', done);
  });
  return {
    // How many nanoseconds pass until the whole answer is there.
    async time({ path, body, status }, who) {
      const text = JSON.stringify(body(who));
      const request = Buffer.from(
        `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUser-Agent: bench\r\n` +
          `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      );
      const answered = new Promise((done, failed) => {
        waiting = { done, failed };
      });
      const asked = process.hrtime.bigint();
      socket.write(request);
      const answer = await answered;
      if (answer.status !== status) throw new Error(`${path} answered ${answer.status} and not ${status}: its times mean nothing`);
      return Number(answer.moment - asked);
    },
    close() {
      waiting = undefined;
      socket.end();
    },
  };
}

function shuffled(items) {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

// A known user, and beside them nobody: as long, and next to them in each index, so that neither is found by a shorter way.
function pair(number) {
  const name = `user${number}`;
  const stranger = name.replace(/.$/, (digit) => 'abcdefghij'[digit]);
  return [
    { name, email: `${name}@example.org`, isKnown: 1, number: 2 * number },
    { name: stranger, email: `${stranger}@example.org`, isKnown: 0, number: 2 * number + 1 },
  ];
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

function quantile(values, share) {
  const ordered = [...values].sort((one, other) => one - other);
  return ordered[Math.min(ordered.length - 1, Math.floor(share * ordered.length))];
}

// How many of its own errors two means lie apart (Welch).
function welch(ours, theirs) {
  const error = (values) => {
    const middle = mean(values);
    return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1) / values.length;
  };
  return (mean(ours) - mean(theirs)) / Math.sqrt(error(ours) + error(theirs));
}

const server = await open();
for (const operation of operations) {
  const times = [[], []];
  // In random order, so that what changes with time changes for both kinds, and what an answer leaves behind meets both.
  const people = Array.from({ length: users }, (_, index) => pair(index + 1)).flat();
  for (const [turn, who] of shuffled(people).entries()) {
    const time = await server.time(operation, who);
    if (turn >= warming) times[who.isKnown].push(time / 1000);
    await wait(pause);
  }
  const [unknown, known] = times;
  const bound = quantile(times.flat(), kept);
  const t = welch(...[known, unknown].map((values) => values.filter((time) => time <= bound)));
  const [usual, difference] = [quantile(unknown, 0.5), quantile(known, 0.5) - quantile(unknown, 0.5)];
  console.log([operation.label, usual.toFixed(1), difference.toFixed(1), ((100 * difference) / usual).toFixed(2), t.toFixed(2)].join('\t'));
}
server.close();
