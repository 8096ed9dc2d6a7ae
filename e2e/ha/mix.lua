-- For wrk: every second request opens a record that is there, every other one creates a record. Nothing is repeated.
-- Arguments: token, path of the collection, how many records are there, a name for those that are made.

local threads = 0
function setup(thread)
  thread:set("nth", threads)
  threads = threads + 1
end

function init(args)
  token, base, there, name = args[1], args[2], tonumber(args[3]), args[4]
  heads = { ["authorization"] = "Bearer " .. token, ["content-type"] = "application/json", ["purpose-of-use"] = "TREAT" }
  sent = 0
end

function request()
  sent = sent + 1
  if sent % 2 == 0 then
    return wrk.format("GET", base .. "/seed-" .. (sent * 7 + nth) % there, heads)
  end
  local body = '{"measuredAt":"2026-11-01T08:00:00Z","measures":[{"type":"heart-rate","value":' .. 40 + sent % 100 .. ',"unit":"/min"}]}'
  return wrk.format("PUT", base .. "/" .. name .. "-" .. nth .. "-" .. sent, heads, body)
end

-- What wrk counted, on one line: requests answered; errors at connecting, reading, writing; answers that are no success; answers that
-- took longer than --timeout; seconds; the longest in microseconds.
function done(summary, latency)
  local e = summary.errors
  print(string.format("counted %d %d %d %d %d %d %d %d", summary.requests, e.connect, e.read, e.write, e.status, e.timeout,
    summary.duration / 1000, latency.max))
  print(string.format("latency %d %d", latency:percentile(50), latency:percentile(99)))
end
