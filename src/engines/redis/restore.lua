-- Writes what a node kept of a conversation while the store was away or lost it: adds what is missing, changes nothing
-- that is newer (C2, S4, N4). Repeating it changes nothing.
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 customer, 3 responder and 4 page as JSON (or empty), 5 life in ms, 6 most messages kept,
--       7 messages as a JSON list of [messageId, JSON, turn it
--       answers or empty], 8 turns as a JSON list of [turnId, turn], 9 running, 10 waiting turn
-- Gives: { ids of the turns that others have taken further, watchers }
local isNew = field('id') == ''
if isNew then redis.call('HSET', conversation, 'id', ARGV[1], 'customer', ARGV[2], 'responder', ARGV[3]) end
if ARGV[4] ~= '' then redis.call('HSET', conversation, 'page', ARGV[4]) end
local fenced = {}
for _, entry in ipairs(cjson.decode(ARGV[8])) do
  local turnId, turn, stored = entry[1], entry[2], readTurn(entry[1])
  local isBehind = not stored or stored.epoch < turn.epoch or (stored.epoch == turn.epoch and stored.state ~= 'ended')
  if isBehind then writeTurn(turnId, turn) end
  if not isBehind and (stored.epoch > turn.epoch or stored.answer ~= turn.answer) then fenced[#fenced + 1] = turnId end
  for _, place in ipairs({ 'running', 'waiting' }) do
    if isBehind and field(place) == turnId then redis.call('HSET', conversation, place, '') end
  end
end
local isFenced = {}
for _, turnId in ipairs(fenced) do isFenced[turnId] = true end
for at, place in ipairs({ 'running', 'waiting' }) do
  local turnId = ARGV[8 + at]
  if turnId ~= '' and not isFenced[turnId] then
    if field(place) == '' then redis.call('HSET', conversation, place, turnId) end
    if field(place) ~= turnId and place == 'waiting' then fenced[#fenced + 1] = turnId end
  end
end
for _, entry in ipairs(cjson.decode(ARGV[7])) do
  if not isFenced[entry[3]] then append(entry[1], entry[2], ARGV[6]) end
end
keepAlive(ARGV[5])
return { fenced, redis.call('HKEYS', watchers) }
