-- Where a conversation waits, and for which node.
-- ARGV: 2 conversation
-- Gives: { { 'waiting', class, ticket, position, or 0 for one that has been granted before }, node }, or nil
local entry = read(ARGV[2])
if not entry or entry.place == 'granted' then return false end
if entry.number ~= 0 then return { { 'waiting', entry.class, entry.ticket, 0 }, entry.node } end
return { asWaiting(entry), entry.node }
