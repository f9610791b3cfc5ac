-- Asks now and then, as a watchman does, so that asking is no load of its own.
function delay()
  return 20
end
