-- A delivery has arrived, or is given up.
-- ARGV: 1 its id, 2 the number of the claim
-- Gives: 1
if holds(ARGV[1], ARGV[2]) then remove(ARGV[1]) end
return 1
