-- Asks for profiles, each time with another of the access tokens that stand in the file TOKENS, a line each.
local questions = {}

function init()
  math.randomseed(os.time())
  for token in io.lines(os.getenv("TOKENS")) do
    questions[#questions + 1] = wrk.format("GET", nil, { ["Authorization"] = "Bearer " .. token })
  end
end

function request()
  return questions[math.random(#questions)]
end
