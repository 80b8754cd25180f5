# The scanner by itself, then everything through the front.
house_fuzz(NAME mime LIBS parsers SEEDS ${FIXTURES}/mails ${CMAKE_CURRENT_SOURCE_DIR}/seeds/mails)
house_fuzz(NAME mime-words LIBS parsers SEEDS ${FIXTURES}/mails/arf ${CMAKE_CURRENT_SOURCE_DIR}/seeds/mails)
house_fuzz(NAME arf LIBS parsers SEEDS ${FIXTURES}/mails/arf)
house_fuzz(NAME parse LIBS parsers SEEDS ${FIXTURES}/mails ${CMAKE_CURRENT_SOURCE_DIR}/seeds/mails)
# Each family by itself: what comes attached, what is written line by line, and the data files they are read by.
house_fuzz(NAME documents LIBS parsers SEEDS ${CMAKE_CURRENT_SOURCE_DIR}/seeds/documents)
house_fuzz(NAME notice LIBS parsers SEEDS ${CMAKE_CURRENT_SOURCE_DIR}/seeds/notice)
house_fuzz(NAME definitions LIBS parsers SEEDS ${CMAKE_SOURCE_DIR}/parsers/feeds.ini
           ${CMAKE_SOURCE_DIR}/parsers/notices.ini ${CMAKE_SOURCE_DIR}/parsers/vocabulary.ini
           ${CMAKE_CURRENT_SOURCE_DIR}/seeds/definitions)
house_fuzz(NAME rules LIBS parsers SEEDS ${CMAKE_SOURCE_DIR}/parsers/free-text.ini
           ${CMAKE_CURRENT_SOURCE_DIR}/seeds/rules)
house_fuzz(NAME free-text LIBS parsers SEEDS ${FIXTURES}/mails/free-text ${FIXTURES}/mails/forwarded)
