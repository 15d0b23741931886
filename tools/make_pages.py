"""Write every page that is made from code: vocabulary, rules, state machine, capabilities.

Run as `python -m tools.make_pages`, after a name, a rule or a first sentence changed.
"""

from tools import make_capabilities, make_rules, make_state_machine, make_vocabulary

if __name__ == "__main__":
    for tool in (make_vocabulary, make_rules, make_state_machine, make_capabilities):
        tool.PAGE.write_text(tool.page(), encoding="utf-8")
