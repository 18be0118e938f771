-- A delivery is due again later.
-- ARGV: 1 its id, 2 the number of the claim, 3 ms until then
-- Gives: 1
if holds(ARGV[1], ARGV[2]) then redis.call('ZADD', due, nowMs() + tonumber(ARGV[3]), ARGV[1]) end
return 1
