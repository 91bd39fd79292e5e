<!doctype html>
<title>Beego under hotrun</title>
<h1>{{.Greeting}}</h1>
<p>for {{.Audience}}</p>
