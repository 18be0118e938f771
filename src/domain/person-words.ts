/**
 * Whether the customer asks for a person in so many words: short messages that say little else, so that "is there a human
 * in this novel?" stays a question for the assistant.
 */
export function asksForPerson(text: string): boolean {
  const words = text.trim().toLowerCase();
  if (words.length > mostChars) return false;
  return chinese.test(words) || english.test(words);
}

const mostChars = 60;

/** 转人工, 人工客服, 我要真人, 找人工 … alone or with a few words of courtesy around; not 人工智能. */
const chinese =
  /^[\p{P}\s]*(请|麻烦|我要|我想|想要?|帮我|给我|能不能|可以|可不可以|快|直接)*[\s]*(转|找|接|叫|要|联系|换)?[一下个]*(到|给)?(人工|真人|活人)(客服|服务|坐席|接听)?(来|谢谢|吗|吧|啊|呢|好吗|可以吗)?[\p{P}\s]*$/u;

const english =
  /^[\p{P}\s]*((please|can|could|may|i|i'd|we|you|let|me|want|need|would|like|to|get|give|connect|transfer|put|speak|talk|chat|with|through|have|a|an|the|some|real|live|actual)\s+)*(human|person|agent|representative|somebody real|someone real|human being|human agent|operator)(\s+(please|now|thanks|thank you))*[\p{P}\s]*$/u;
