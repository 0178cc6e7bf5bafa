"""个人信息: where a text names a person, or gives a number or an address that leads to one."""
