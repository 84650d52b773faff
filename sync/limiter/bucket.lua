-- The truth of the limiter: every operation on budgets is one call of this script, on the clock of the server it runs on.
--
-- KEYS     one hash per budget, all in one slot:
--            tat     when the bucket will be full again, in µs (GCRA's theoretical arrival time); absent: full
--            paused  nobody passes before, in µs; why says why
--            left    what the service says is left of its own fixed window of `most`, which ends at `ends`, less what was
--                    granted since. Until it ends the bucket rests, so that the whole window may be spent.
-- ARGV[1]  take, peek, pause, observe or state; the rest as read below. Times are µs since the epoch, lengths are µs.
--
-- Lost keys (FLUSHALL) are a full bucket: no more than the burst is overdrawn, and the next answer tells the window again.

local operation = ARGV[1]
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local function load(key)
  local row = redis.call('HMGET', key, 'tat', 'paused', 'why', 'left', 'ends', 'most')
  return {
    tat = tonumber(row[1]) or 0, paused = tonumber(row[2]) or 0, why = row[3] or '',
    left = tonumber(row[4]) or 0, ends = tonumber(row[5]) or 0, most = tonumber(row[6]) or 0,
  }
end

-- A key lives until it says nothing any more.
local function save(key, bucket, ...)
  redis.call('HSET', key, ...)
  local until_us = math.max(bucket.tat, bucket.paused, bucket.ends)
  redis.call('PEXPIRE', key, math.ceil((until_us - now) / 1000) + 1000)
end

-- When tokens that this lane may have are there, as a wait: the service's window where it is known, else the bucket.
-- Both hold back a part for the lanes before: of the burst, or of what the rest of the window stands for.
local function shortage(bucket, rule)
  if bucket.ends > now then
    if bucket.left < rule.amount then return bucket.ends - now end
    if rule.reserve == 0 then return 0 end
    local held_at_first = bucket.most * rule.reserve / rule.burst
    local held_until = bucket.ends - (bucket.left - rule.amount) * rule.window / held_at_first
    return math.max(0, math.ceil(held_until) - now)
  end
  if rule.emission == 0 then return 0 end
  -- A clock that was set back must not keep the bucket empty.
  local start = math.min(math.max(bucket.tat, now), now + rule.burst * rule.emission)
  bucket.after = start + rule.amount * rule.emission
  return math.max(0, bucket.after - now - math.max(rule.burst - rule.reserve, rule.amount) * rule.emission)
end

local function ask()
  local buckets, longest, which, why = {}, 0, 0, ''
  for i, key in ipairs(KEYS) do
    local at = 5 * i - 3
    local rule = {
      amount = tonumber(ARGV[at]), reserve = tonumber(ARGV[at + 1]), burst = tonumber(ARGV[at + 2]),
      emission = tonumber(ARGV[at + 3]), window = tonumber(ARGV[at + 4]),
    }
    local bucket = load(key)
    local paused = bucket.paused - now
    local wait = math.max(shortage(bucket, rule), paused)
    if wait > longest then longest, which, why = wait, i, paused > 0 and bucket.why or '' end
    bucket.amount = rule.amount
    buckets[i] = bucket
  end
  return buckets, { longest, which, why }
end

local function take()
  local buckets, answer = ask()
  if answer[1] > 0 then return answer end
  for i, bucket in ipairs(buckets) do
    if bucket.ends > now then
      redis.call('HINCRBY', KEYS[i], 'left', -bucket.amount)
    elseif bucket.after then
      bucket.tat = bucket.after
      save(KEYS[i], bucket, 'tat', bucket.tat)
    end
  end
  return answer
end

local function peek()
  local _, answer = ask()
  return answer
end

-- ARGV: length, reason. A shorter pause never ends a longer one.
local function pause()
  local bucket = load(KEYS[1])
  local until_us = now + tonumber(ARGV[2])
  if until_us <= bucket.paused then return end
  bucket.paused = until_us
  save(KEYS[1], bucket, 'paused', until_us, 'why', ARGV[3])
end

-- ARGV: remaining, end, limit, burst. An answer may be late, by no more calls than are under way, and those are fewer
-- than the burst: within it our own count stands if it is lower; beyond it somebody else spends, or 304s cost nothing.
local function observe()
  local remaining, ends, most, slack = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  if ends <= now then return end
  local bucket = load(KEYS[1])
  local left = remaining
  if bucket.ends > now and math.abs(bucket.ends - ends) < 5000000 then
    left = math.max(math.min(bucket.left, remaining), remaining - slack)
  end
  bucket.ends = ends
  save(KEYS[1], bucket, 'left', left, 'ends', ends, 'most', most)
end

local function state()
  local rows = { now }
  for i, key in ipairs(KEYS) do
    local bucket = load(key)
    rows[i + 1] = { bucket.tat, bucket.paused, bucket.why, bucket.left, bucket.ends }
  end
  return rows
end

if operation == 'take' then return take() end
if operation == 'peek' then return peek() end
if operation == 'pause' then return pause() end
if operation == 'observe' then return observe() end
return state()
