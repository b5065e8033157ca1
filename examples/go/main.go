// Command nightdesk-go takes one document in and asks one question, over the public contract alone.
//
// The server is at NIGHTDESK_ADDRESS (127.0.0.1:8700), the key in NIGHTDESK_API_KEY.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	nightdesk "example.com/nightdesk-go/gen/nightdesk/v1"
)

const (
	documentID = "examples/go/sample-lamp.md"
	document   = "# Sample lamp\n\nThe sample lamp turns itself off after 45 minutes. Press the button twice to keep it on.\n"
	question   = "After how many minutes does the sample lamp turn itself off?"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatalf("error: %v", err)
	}
}

func run() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if key := os.Getenv("NIGHTDESK_API_KEY"); key != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+key)
	}
	address := cmp.Or(os.Getenv("NIGHTDESK_ADDRESS"), "127.0.0.1:8700")
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	if err := ingest(ctx, nightdesk.NewIngestServiceClient(connection)); err != nil {
		return fmt.Errorf("ingest: %w", err)
	}
	if err := chat(ctx, nightdesk.NewChatServiceClient(connection)); err != nil {
		return fmt.Errorf("chat: %w", err)
	}
	return nil
}

// ingest streams one document in and prints what became of it.
func ingest(ctx context.Context, client nightdesk.IngestServiceClient) error {
	stream, err := client.Ingest(ctx)
	if err != nil {
		return err
	}
	requests := []*nightdesk.IngestRequest{
		{Event: &nightdesk.IngestRequest_Start{Start: &nightdesk.IngestStart{Source: "examples/go"}}},
		{Event: &nightdesk.IngestRequest_Document{Document: &nightdesk.DocumentHeader{
			DocumentId: documentID,
			Kind:       nightdesk.DocumentKind_DOCUMENT_KIND_DOC,
			MediaType:  "text/markdown",
		}}},
		{Event: &nightdesk.IngestRequest_Part{Part: &nightdesk.DocumentPart{Data: []byte(document)}}},
		{Event: &nightdesk.IngestRequest_DocumentEnd{DocumentEnd: &nightdesk.DocumentEnd{}}},
		{Event: &nightdesk.IngestRequest_Stop{Stop: &nightdesk.IngestStop{}}},
	}
	for _, request := range requests {
		// A failed Send says only io.EOF; Recv below has the reason.
		if err := stream.Send(request); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	if err := stream.CloseSend(); err != nil {
		return err
	}
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if outcome := response.GetOutcome(); outcome != nil {
			fmt.Printf("%s: %s %s\n", outcome.GetDocumentId(), outcome.GetStatus(), outcome.GetDetail())
		}
	}
}

// chat asks one question, prints the answer as it comes and then how the turn ended.
func chat(ctx context.Context, client nightdesk.ChatServiceClient) error {
	stream, err := client.Chat(ctx, &nightdesk.ChatRequest{Message: question})
	if err != nil {
		return err
	}
	fmt.Println(question)
	var completed *nightdesk.TurnCompleted
	for {
		response, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		fmt.Print(response.GetDelta().GetText())
		if response.GetCompleted() != nil {
			completed = response.GetCompleted()
		}
	}
	if completed == nil {
		return errors.New("the stream ended before the turn did")
	}
	fmt.Printf("\ncompleted: %s, prompt version %d, citations %v\n",
		completed.GetFinishReason(), completed.GetPromptVersion(), completed.GetCitationIds())
	return nil
}
