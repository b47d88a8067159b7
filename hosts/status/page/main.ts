document.title = "TFTP";
