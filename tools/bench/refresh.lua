-- Refreshes, over and over. Each thread is a browser of its own, which sends back the cookie that the last answer set; so there must be as
-- many threads as connections. COOKIES names a file that has the first cookie of each in a line.
local NAME = "__Host-refresh_token"
local cookies

function setup(thread)
  cookies = cookies or io.lines(os.getenv("COOKIES"))
  thread:set("cookie", cookies())
end

function request()
  wrk.headers["Cookie"] = NAME .. "=" .. cookie
  return wrk.format("POST")
end

function response(status, headers)
  local set = headers["set-cookie"] or ""
  cookie = set:match("^" .. NAME:gsub("%p", "%%%0") .. "=([^;]+)") or cookie
end
