-- Refreshes, over and over. Each thread is a few browsers that take turns, each of which sends back the cookie that its last answer set; so
-- there must be as many threads as connections. COOKIES names a file that has the first cookie of each browser in a line, THREADS says how
-- many share them. At the end the file holds the cookies that they have then, for the next run.
local NAME = "__Host-refresh_token"
local threads = {}

local function read_lines(file)
  local lines = {}
  for line in io.lines(file) do
    lines[#lines + 1] = line
  end
  return lines
end

function setup(thread)
  threads[#threads + 1] = thread
  local all, own = read_lines(os.getenv("COOKIES")), {}
  for line = #threads, #all, tonumber(os.getenv("THREADS")) do
    own[#own + 1] = all[line]
  end
  thread:set("cookies", own)
  thread:set("turn", 0)
end

function request()
  turn = turn % #cookies + 1
  wrk.headers["Cookie"] = NAME .. "=" .. cookies[turn]
  return wrk.format("POST")
end

function response(status, headers)
  local set = headers["set-cookie"] or ""
  cookies[turn] = set:match("^" .. NAME:gsub("%p", "%%%0") .. "=([^;]+)") or cookies[turn]
end

function done()
  local file = assert(io.open(os.getenv("COOKIES"), "w"))
  for _, thread in ipairs(threads) do
    for _, cookie in ipairs(thread:get("cookies")) do
      file:write(cookie, "\n")
    end
  end
  file:close()
end
