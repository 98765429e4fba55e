#:project ../src/Pawl.Cli/Pawl.Cli.csproj
#:property PublishAot=false

// A server with job types to play with, on the file pawl.db in the current folder: dotnet run samples/demo.cs
// demo.sleep {seconds}, demo.fail {category, times, retry_after_ms}, demo.items {count, ms, fail_keys}, demo.stream {chunks, ms} and
// demo.crash.
// What follows -- are options of `pawl serve`, such as --store postgres://…, --listen 127.0.0.1:0, --slots 4.
return await Pawl.Cli.Hosting.Program.Main(["serve", "--demo", .. args]);
