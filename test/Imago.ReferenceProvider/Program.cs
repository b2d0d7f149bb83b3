using Imago.ReferenceProvider;
using NodaTime;

// A provider to try clients on: dotnet run --project test/Imago.ReferenceProvider -- TOKENFILE [PORT]
if (args is not [var tokenFile, .. { Length: <= 1 } rest])
{
    await Console.Error.WriteLineAsync("Name a file with the bearer token, and a port if 8700 is taken.");
    return 2;
}

var port = rest is [var text] && int.TryParse(text, out var number) ? number : 8700;
var clock = new MachineClock();
var token = (await File.ReadAllTextAsync(tokenFile)).Trim();
await using var server = await ReferenceServer.StartAsync(
    new PretendedMachines(clock, Duration.FromSeconds(5), spare: 1), new ReferenceOptions { Token = token, Clock = clock, Port = port });
Console.WriteLine($"Serving pretended machines at {server.Endpoint}; Ctrl-C ends it.");
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
return 0;
