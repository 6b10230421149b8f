namespace Fluister.Tests.Engines;

/// <summary>How a family of models marks who speaks: a template in Jinja, its special tokens, and the one that ends an answer.</summary>
internal sealed record ChatTemplate(string Name, string Jinja, string[] Special, string End)
{
    internal static readonly ChatTemplate ChatMl = new("chatml", """
        {%- for message in messages -%}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}
        {%- endfor -%}{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}
        """, ["<|im_start|>"], "<|im_end|>");

    internal static readonly ChatTemplate Llama3 = new("llama3", """
        {%- for message in messages -%}
        {{ '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + message['content'] | trim + '<|eot_id|>' }}
        {%- endfor -%}{%- if add_generation_prompt -%}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif -%}
        """, ["<|start_header_id|>", "<|end_header_id|>"], "<|eot_id|>");

    internal static readonly ChatTemplate Llama2 = new("llama2", """
        {%- set ns = namespace(system='') -%}{%- for message in messages -%}
        {%- if message['role'] == 'system' -%}{%- set ns.system = '<<SYS>>\n' + message['content'] + '\n<</SYS>>\n\n' -%}
        {%- elif message['role'] == 'user' -%}{{ '[INST] ' + ns.system + message['content'] + ' [/INST]' }}{%- set ns.system = '' -%}
        {%- else -%}{{ ' ' + message['content'] + ' </s>' }}{%- endif -%}{%- endfor -%}
        """, [], "</s>");

    internal static readonly ChatTemplate Mistral = new("mistral-v7", """
        {%- for message in messages -%}
        {%- if message['role'] == 'system' -%}{{ '[SYSTEM_PROMPT] ' + message['content'] + '[/SYSTEM_PROMPT]' }}
        {%- elif message['role'] == 'user' -%}{{ '[INST] ' + message['content'] + '[/INST]' }}
        {%- else -%}{{ ' ' + message['content'] + '</s>' }}{%- endif -%}{%- endfor -%}
        """, ["[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]"], "</s>");

    internal static readonly ChatTemplate Gemma = new("gemma", """
        {%- set ns = namespace(system='') -%}{%- for message in messages -%}
        {%- if message['role'] == 'system' -%}{%- set ns.system = message['content'] | trim + '\n\n' -%}
        {%- else -%}{{ '<start_of_turn>' + ('model' if message['role'] == 'assistant' else 'user') + '\n' + ns.system
        + message['content'] | trim + '<end_of_turn>\n' }}{%- set ns.system = '' -%}{%- endif -%}{%- endfor -%}
        {%- if add_generation_prompt -%}{{ '<start_of_turn>model\n' }}{%- endif -%}
        """, ["<start_of_turn>"], "<end_of_turn>");

    internal static readonly ChatTemplate Phi3 = new("phi3", """
        {%- for message in messages -%}{{ '<|' + message['role'] + '|>\n' + message['content'] + '<|end|>\n' }}{%- endfor -%}
        {%- if add_generation_prompt -%}{{ '<|assistant|>\n' }}{%- endif -%}
        """, ["<|system|>", "<|user|>", "<|assistant|>"], "<|end|>");

    internal static readonly ChatTemplate Zephyr = new("zephyr", """
        {%- for message in messages -%}{%- if message['role'] == 'user' -%}{{ '<|user|>\n' + message['content'] + '<|endoftext|>\n' }}
        {%- elif message['role'] == 'system' -%}{{ '<|system|>\n' + message['content'] + '<|endoftext|>\n' }}
        {%- else -%}{{ '<|assistant|>\n' + message['content'] + '<|endoftext|>\n' }}{%- endif -%}{%- endfor -%}
        {%- if add_generation_prompt -%}{{ '<|assistant|>\n' }}{%- endif -%}
        """, ["<|system|>", "<|user|>", "<|assistant|>"], "<|endoftext|>");

    internal static readonly ChatTemplate CommandR = new("command-r", """
        {%- for message in messages -%}{%- if message['role'] == 'system' -%}
        {{ '<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>' + message['content'] + '<|END_OF_TURN_TOKEN|>' }}
        {%- elif message['role'] == 'user' -%}
        {{ '<|START_OF_TURN_TOKEN|><|USER_TOKEN|>' + message['content'] + '<|END_OF_TURN_TOKEN|>' }}
        {%- else -%}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' + message['content'] + '<|END_OF_TURN_TOKEN|>' }}{%- endif -%}
        {%- endfor -%}{%- if add_generation_prompt -%}{{ '<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>' }}{%- endif -%}
        """, ["<|START_OF_TURN_TOKEN|>", "<|SYSTEM_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>"], "<|END_OF_TURN_TOKEN|>");

    internal static readonly ChatTemplate DeepSeek3 = new("deepseek3", """
        {%- for message in messages -%}{%- if message['role'] == 'system' -%}{{ message['content'] + '\n\n' }}
        {%- elif message['role'] == 'user' -%}{{ '<｜User｜>' + message['content'] }}
        {%- else -%}{{ '<｜Assistant｜>' + message['content'] + '<｜end▁of▁sentence｜>' }}{%- endif -%}{%- endfor -%}
        {%- if add_generation_prompt -%}{{ '<｜Assistant｜>' }}{%- endif -%}
        """, ["<｜User｜>", "<｜Assistant｜>"], "<｜end▁of▁sentence｜>");

    internal static readonly ChatTemplate Vicuna = new("vicuna", """
        {%- for message in messages -%}{%- if message['role'] == 'system' -%}{{ message['content'] + '\n\n' }}
        {%- elif message['role'] == 'user' -%}{{ 'USER: ' + message['content'] + '\n' }}
        {%- else -%}{{ 'ASSISTANT: ' + message['content'] + '</s>\n' }}{%- endif -%}{%- endfor -%}
        {%- if add_generation_prompt -%}{{ 'ASSISTANT:' }}{%- endif -%}
        """, [], "</s>");

    /// <summary>All of them: ten families that differ in what a forger would write.</summary>
    internal static IReadOnlyList<ChatTemplate> All { get; } =
        [ChatMl, Llama3, Llama2, Mistral, Gemma, Phi3, Zephyr, CommandR, DeepSeek3, Vicuna];

    public override string ToString() => Name;
}
