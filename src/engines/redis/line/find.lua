-- Where a conversation waits, and for which node.
-- ARGV: 2 conversation, 3 the life of the line that the node knows, or empty
-- Gives: { { 'waiting', class, ticket, position, or 0 where it has none }, node }, or nil
local entry = read(ARGV[2])
if not entry or entry.place == 'granted' then return false end
if entry.number ~= 0 or isAnother(ARGV[3]) then return { { 'waiting', entry.class, entry.ticket, 0 }, entry.node } end
return { asWaiting(entry), entry.node }
