-- The truth of the limiter: every operation on budgets is one call of this script, on the clock of the server it runs on.
--
-- KEYS[1]  the hash of one credential, which lives for a day after its last use; a field per budget, as text:
--            tat                               when the bucket will be full again (GCRA's theoretical arrival time)
--            tat paused left ends most why     where there is more to say: nobody passes before `paused`, because `why`;
--                                              the service says that `left` remain of its own window of `most` until
--                                              it ends, less what was granted since. Till then the bucket rests, so
--                                              that the whole window may be spent.
-- ARGV[1]  JSON, for one argument is quicker than twenty: take, peek, pause, observe or state, and then what it needs.
-- Times are µs since the epoch, lengths are µs.
--
-- A lost hash (FLUSHALL) is a full bucket: a burst is overdrawn at most, and the next answer tells the window again.

local key, asked = KEYS[1], cjson.decode(ARGV[1])
local operation = asked[1]
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local DAY = 86400000000

local function save(...)
  redis.call('HSET', key, ...)
  redis.call('PEXPIRE', key, DAY / 1000)
end

local function read(text)
  local only = not text and 0 or tonumber(text)
  if only then return { tat = only, paused = 0, left = 0, ends = 0, most = 0, why = '' } end
  local tat, paused, left, ends, most, why = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+) (.*)$')
  return {
    tat = tonumber(tat), paused = tonumber(paused), left = tonumber(left), ends = tonumber(ends),
    most = tonumber(most), why = why,
  }
end

local function written(bucket)
  if bucket.paused <= now and bucket.ends <= now then return bucket.tat end
  return string.format('%.0f %.0f %.0f %.0f %.0f %s',
    bucket.tat, bucket.paused, bucket.left, bucket.ends, bucket.most, bucket.why)
end

-- Both shortages hold back a part for the lanes before: of the burst, or of what the rest of the window stands for.
local function shortage_of_window(bucket, amount, reserve, burst, window)
  if bucket.left < amount then return bucket.ends - now end
  if reserve == 0 then return 0 end
  local held_until = bucket.ends - (bucket.left - amount) * window / (bucket.most * reserve / burst)
  return math.max(0, math.ceil(held_until) - now)
end

local function shortage_of_bucket(bucket, amount, reserve, burst, emission)
  -- A clock that was set back must not keep the bucket empty.
  local start = math.min(math.max(bucket.tat, now), now + burst * emission)
  bucket.tat = start + amount * emission
  return math.max(0, bucket.tat - now - math.max(burst - reserve, amount) * emission)
end

-- Returns how long this call must wait; the bucket is then as if it had been granted.
local function charge(bucket, amount, reserve, burst, emission, window)
  local wait = 0
  if bucket.ends > now then
    wait = shortage_of_window(bucket, amount, reserve, burst, window)
    bucket.left = bucket.left - amount
  elseif emission > 0 then
    wait = shortage_of_bucket(bucket, amount, reserve, burst, emission)
  end
  return math.max(wait, bucket.paused - now)
end

-- Needs the budgets' names, and for each: amount, reserve, burst, emission, window. Returns 0, or the longest wait with
-- the number of its budget and the reason of a pause; only a grant to one who takes is written.
local function pass()
  local names, rules = asked[2], asked[3]
  local known = redis.call('HMGET', key, unpack(names))
  local longest, which, why, writes = 0, 0, '', {}
  for i, rule in ipairs(rules) do
    local bucket = read(known[i])
    local wait = charge(bucket, unpack(rule))
    if wait > longest then longest, which, why = wait, i, bucket.paused > now and bucket.why or '' end
    writes[2 * i - 1], writes[2 * i] = names[i], written(bucket)
  end
  if longest > 0 then return { longest, which, why } end
  if operation == 'take' then save(unpack(writes)) end
  return 0
end

-- Needs a name, a length, a reason. A shorter pause never ends a longer one.
local function pause()
  local _, name, length, why = unpack(asked)
  local bucket = read(redis.call('HGET', key, name))
  local ends = now + math.min(length, DAY)
  if ends <= bucket.paused then return end
  bucket.paused, bucket.why = ends, why
  save(name, written(bucket))
end

-- Needs a name, what remains, the end, the limit, burst and window. An answer does not know the calls under way, fewer
-- than the burst: within it our own lower count stands. Beyond it the service is right: others spend, and 304s are free.
-- One window's end is told within a second or two; none ends further away than a window is long.
local function observe()
  local _, name, remaining, ends, most, burst, window = unpack(asked)
  local jitter = 2000000
  ends = math.min(ends, now + window + jitter)
  if ends <= now then return end
  local bucket = read(redis.call('HGET', key, name))
  if bucket.ends > now and math.abs(bucket.ends - ends) <= jitter then
    remaining = math.max(math.min(bucket.left, remaining), remaining - burst)
  end
  bucket.left, bucket.ends, bucket.most = remaining, ends, most
  save(name, written(bucket))
end

-- Needs a name. Returns the time and what is known of the budget.
local function state()
  local bucket = read(redis.call('HGET', key, asked[2]))
  return { now, bucket.tat, bucket.paused, bucket.why, bucket.left, bucket.ends, bucket.most }
end

if operation == 'take' or operation == 'peek' then return pass() end
if operation == 'pause' then return pause() end
if operation == 'observe' then return observe() end
return state()
