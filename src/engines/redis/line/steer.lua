-- Changes what steers the line (A9, A10).
-- ARGV: 3 tier, 4 most answers without text, 5 pause in ms; each may be empty
-- Gives: 1
refill()
-- What a smaller bucket does not hold is gone when it is looked at next.
if ARGV[3] ~= '' then tier = ARGV[3] end
if ARGV[4] ~= '' then redis.call('HSET', state, 'mostStarting', ARGV[4]) end
if ARGV[5] ~= '' then redis.call('HSET', state, 'pausedUntil', exact(now + tonumber(ARGV[5]))) end
save()
return 1
