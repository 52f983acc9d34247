"""Conversations that chat templates are rendered with: one for every habit of the templates in the
wild, and for every shape that a request may have. Each is the whole set of variables."""

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string", "description": "The city, e.g. \"Paris\""},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "default": 3, "minimum": 0.5},
            },
            "required": ["location"],
        },
    },
}
SEARCH = {
    "type": "function",
    "function": {
        "name": "search",
        "description": "Recherche <plein texte> & l'index",
        "parameters": {
            "type": "object",
            "properties": {
                "query": {"type": ["string", "null"]},
                "filters": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"k": {"type": "number"}}},
                },
                "strict": {"type": "boolean"},
            },
        },
    },
}
TOKENS = {"bos_token": "<s>", "eos_token": "</s>"}


def call(name, arguments, id="call_00001"):
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def user(content="What is the weather in Paris?", **more):
    return {"role": "user", "content": content, **more}


def system(content="You are a helpful assistant."):
    return {"role": "system", "content": content}


def assistant(content, **more):
    return {"role": "assistant", "content": content, **more}


def tool(content, **more):
    return {"role": "tool", "name": "get_current_weather", "tool_call_id": "call_00001",
            "content": content, **more}


def case(messages, add_generation_prompt=True, **more):
    return {"messages": messages, "add_generation_prompt": add_generation_prompt, **TOKENS, **more}


TOOL_TURN = [
    user(),
    assistant("", tool_calls=[call("get_current_weather", {"location": "Paris", "unit": "celsius"})]),
    tool("{\"temperature\": 21.5}"),
]
PARTS = [
    {"type": "text", "text": "Describe this: "},
    {"type": "image"},
    {"type": "text", "text": "and that."},
]

CONVERSATIONS = {
    "one_user": case([user("Hello!")]),
    "no_generation_prompt": case([user("Hello!"), assistant("Hi.")], False),
    "system": case([system(), user("Name the capital of France.")]),
    "multi_turn": case([
        system("Be brief."), user("1+1?"), assistant("2"), user("And 2+2?"),
        assistant("  4\n"), user("\tThanks \n"),
    ]),
    "developer": case([{"role": "developer", "content": "Answer in verse."}, user("Why?")]),
    "non_ascii": case([
        system("Tu es «poli»."), user("Grüße — 你好, мир! 🦀 ßİı e\u0301\u00a0x\u2028y"),
        assistant("すみません。"), user("<b>&amp;'\"\\n</b>"),
    ]),
    "tools_offered": case([user()], tools=[WEATHER]),
    "tools_two_with_system": case([system(), user()], tools=[WEATHER, SEARCH]),
    "tool_call_and_result": case(TOOL_TURN, tools=[WEATHER]),
    "tool_call_answered": case(
        [system()] + TOOL_TURN + [assistant("It is 21.5 °C."), user("And in Rome?")],
        tools=[WEATHER, SEARCH]),
    "tool_calls_parallel": case([
        user("Paris and Rome?"),
        assistant(None, tool_calls=[
            call("get_current_weather", {"location": "Paris"}, "call_00001"),
            call("search", {"query": None, "filters": [{"k": 1.0}, {"k": 1e-07}], "strict": True},
                 "call_00002"),
        ]),
        tool("sunny"),
        tool("[1, 2]", name="search", tool_call_id="call_00002"),
    ], tools=[WEATHER, SEARCH]),
    "tool_arguments_text": case([
        user(),
        assistant("Let me see.", tool_calls=[
            call("get_current_weather", "{\"location\": \"Zürich\"}")]),
        tool("rain"), assistant("It rains."),
    ], False, tools=[WEATHER]),
    "tool_result_object": case([
        user(),
        assistant("", tool_calls=[call("get_current_weather", {"location": "Oslo"})]),
        tool({"temperature": -3, "ok": True, "wind": None, "list": [1, "é"]}),
    ], tools=[WEATHER]),
    "tool_calls_without_tools": case(TOOL_TURN),
    "reasoning": case([
        user("2+2?"), assistant("4", reasoning_content="Two and two.\nFour."),
        user("3+3?"), assistant("6", reasoning_content="Three, twice."),
    ], False),
    "reasoning_in_text": case([
        user("2+2?"), assistant("<think>\nTwo and two.\n</think>\n\n4"), user("3+3?"),
    ]),
    "reasoning_and_tools": case([
        system(), user(),
        assistant("", reasoning_content="I need the weather.",
                  tool_calls=[call("get_current_weather", {"location": "Paris"})]),
        tool("21"),
    ], tools=[WEATHER], enable_thinking=True),
    "thinking_on": case([system(), user("Think.")], enable_thinking=True, thinking=True,
                        reasoning_effort="high"),
    "thinking_off": case([user("Do not think."), assistant("Ok."), user("Now?")],
                         enable_thinking=False, thinking=False, reasoning_effort="low"),
    "parts": case([{"role": "user", "content": PARTS}]),
    "parts_everywhere": case([
        {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
        {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Hi"}]},
        {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    ]),
    "content_empty": case([system(""), user(""), assistant(""), user("x")]),
    "content_null": case([user("Hello"), assistant(None), user("x")]),
    "content_missing": case([user("Hello"), {"role": "assistant"}, user("x")]),
    "no_messages": case([]),
    "assistant_first": case([assistant("Hi, I am here."), user("Good.")]),
    "two_users": case([user("One."), user("Two.")]),
    "system_late": case([user("One."), system("Now be brief."), user("Two.")]),
    "unknown_role": case([user("One."), {"role": "critic", "content": "Hm."}]),
    "documents": case([user("What do they say?")], documents=[
        {"title": "A", "text": "First."}, {"title": "B", "text": "Second."}]),
    "tools_null": case([system(), user()], tools=None, documents=None, builtin_tools=None),
    "tools_empty": case([system(), user()], tools=[], date_string="26 July 2024"),
    "tools_in_system": case([system(), user()], tools=[WEATHER], tools_in_user_message=False,
                            builtin_tools=["wolfram_alpha", "code_interpreter"]),
}
