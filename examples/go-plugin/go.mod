module example.test/goplugin

go 1.22
