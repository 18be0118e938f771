-- Changes what steers the line (A9, A10).
-- ARGV: 3 tier, 4 most answers without text, 5 pause in ms; each may be empty; 6… the classes that pause
-- Gives: 1
refill()
-- What a smaller bucket does not hold is gone when it is looked at next.
if ARGV[3] ~= '' then tier = ARGV[3] end
if ARGV[4] ~= '' then redis.call('HSET', state, 'mostStarting', ARGV[4]) end
if ARGV[5] ~= '' then
  for at = 6, #ARGV do
    local class = ARGV[at]
    pausedUntil[class] = math.max(pausedUntil[class], now + tonumber(ARGV[5]))
    redis.call('HSET', state, 'paused:' .. class, exact(pausedUntil[class]))
  end
  -- A relay that has asked for quiet is not given a burst, and what nobody may use is not saved up.
  tokens = math.min(tokens, 0)
  filledAt = math.max(filledAt, math.min(pausedUntil.vip, pausedUntil.member, pausedUntil.guest))
end
save()
return 1
