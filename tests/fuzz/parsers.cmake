# The scanner by itself, then everything through the front.
house_fuzz(NAME mime LIBS parsers SEEDS ${FIXTURES}/mails)
house_fuzz(NAME mime-words LIBS parsers SEEDS ${FIXTURES}/mails/arf)
house_fuzz(NAME arf LIBS parsers SEEDS ${FIXTURES}/mails/arf)
house_fuzz(NAME parse LIBS parsers SEEDS ${FIXTURES}/mails)
