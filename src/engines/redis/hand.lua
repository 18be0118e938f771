-- Changes the responder, if the conversation is in certain hands, with the message that tells of it (H1, H2, C2).
-- KEYS: the conversation's six
-- ARGV: 1 conversation, 2 the hands as a JSON list, 3 the new responder's hands, 4 its JSON, 5 the wish for a person as JSON (or empty),
--       6 messageId, 7 the message's JSON without the closing brace and `at`, 8 noteId and 9 note as JSON (or empty), 10 id for
--       a turn of what is unanswered (or empty), 11 life in ms, 12 most messages kept, 13 most notes kept, 14 to 16 what the
--       node has of it (see `countCopied`)
-- Gives: { 'gone' } | { 'refused', responder } | { 'open', the whole conversation } | { 'handed' | 'repeated', message, the whole conversation }
if not exists(ARGV[1]) then return { 'gone' } end
local known = redis.call('HGET', messages, ARGV[6])
if known then return { 'repeated', known, whole() } end

local function isAmong(hands)
  for _, each in ipairs(cjson.decode(ARGV[2])) do if each == hands then return true end end
  return false
end

if not isAmong(hands()) then return { 'refused', field('responder') } end
local isOpen = field('running') ~= '' or field('waiting') ~= ''
if ARGV[3] == 'assistant' and isOpen and hands() ~= 'assistant' then return { 'open', whole() } end
redis.call('HSET', conversation, 'responder', ARGV[4], 'hands', ARGV[3], 'wish', ARGV[5])
if ARGV[8] ~= '' then addNote(ARGV[8], ARGV[9], ARGV[13]) end

-- The customer's latest words that nobody has answered, latest first. The assistant's words tell nothing: their question may be
-- older, and their end stored late. A turn that was cut before its first word, or while it waited, has answered nothing. One that
-- ended without a word in another way, as the customer wished or because it failed, is asked no more, and answers nothing older.
local function unanswered()
  local open, wordless, over, ids = {}, {}, {}, redis.call('LRANGE', order, 0, -1)
  for at = #ids, 1, -1 do
    local json = redis.call('HGET', messages, ids[at]) or ''
    local author, turnId = textField(json, 'author'), textField(json, 'turnId')
    if author == 'customer' then
      if turnId == '' or wordless[turnId] then
        open[#open + 1] = { ids[at], json, turnId }
      elseif not over[turnId] then
        return open
      end
    elseif author == 'agent' or textField(json, 'kind') == 'resolved' then
      return open
    elseif author == 'assistant' and textField(json, 'text') == '' then
      local ends = textField(json, 'outcome') == 'interrupted' and wordless or over
      ends[turnId] = true
    end
  end
  return open
end

-- Within a text the quotes would be escaped.
local function joined(json, former, turnId)
  if former == '' then return string.sub(json, 1, -2) .. ',"turnId":"' .. turnId .. '"}' end
  local from, to = string.find(json, '"turnId":"' .. former .. '"', 1, true)
  return string.sub(json, 1, from - 1) .. '"turnId":"' .. turnId .. '"' .. string.sub(json, to + 1)
end

local open = ARGV[10] ~= '' and unanswered() or {}
if #open > 0 then
  local turnId = field('waiting')
  if turnId == '' then
    turnId = ARGV[10]
    writeTurn(turnId, { state = 'queued', epoch = 0, starts = '', askedAt = tonumber(now()) })
    redis.call('HSET', conversation, 'waiting', turnId)
  end
  for _, said in ipairs(open) do redis.call('HSET', messages, said[1], joined(said[2], said[3], turnId)) end
end
-- Of two changes the later one has the later time, so that whoever hears of them in any order knows which one holds.
local at = string.format('%.0f', math.max(tonumber(now()), (tonumber(field('handedAt')) or 0) + 1))
redis.call('HSET', conversation, 'handedAt', at)
local message = ARGV[7] .. ',"at":' .. at .. '}'
append(ARGV[6], message, ARGV[12])
keepAlive(ARGV[11])
return { 'handed', message, whole() }
