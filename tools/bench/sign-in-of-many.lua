-- Signs in as one of the first USERS seeded users, another each time. COOKIES and TOKENS name files to which the refresh cookies and the
-- access tokens are added, a line each.
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init()
  math.randomseed(os.time())
  users = tonumber(os.getenv("USERS"))
  cookies, tokens = {}, {}
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  -- A browser that was here before: it is given one cookie, and nobody is told of a new one.
  wrk.headers["Cookie"] = "__Host-device=" .. ("a-browser-"):rep(4) .. "abc"
end

function request()
  return wrk.format(nil, nil, nil, "username=user" .. math.random(users) .. "&password=the+weaver+sings+at+noon")
end

function response(status, headers, body)
  cookies[#cookies + 1] = (headers["set-cookie"] or ""):match("=([^;]+)")
  tokens[#tokens + 1] = body:match('"access_token":"([^"]+)"')
end

local function add_lines(name, lines)
  local file = assert(io.open(os.getenv(name), "a"))
  for _, line in ipairs(lines) do
    file:write(line, "\n")
  end
  file:close()
end

function done()
  for _, thread in ipairs(threads) do
    add_lines("COOKIES", thread:get("cookies"))
    add_lines("TOKENS", thread:get("tokens"))
  end
end
