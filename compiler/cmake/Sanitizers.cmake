# GATEC_SANITIZE=address,undefined instruments every target; the first finding ends the program.

if(GATEC_SANITIZE)
  if(GATEC_STATIC)
    message(FATAL_ERROR "GATEC_SANITIZE and GATEC_STATIC exclude each other")
  endif()
  add_compile_options(-fsanitize=${GATEC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${GATEC_SANITIZE})
endif()
